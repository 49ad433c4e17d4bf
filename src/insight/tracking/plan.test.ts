import { describe, expect, test } from 'vitest'
import { trackedDeclarations } from './events.ts'
import { misfitOf, type Plan } from './plan.ts'
import { PlannedProperty, type PropertyType } from './schema.ts'

const property = (name: string, type: PropertyType, more: object = {}) => PlannedProperty.parse({ name, type, ...more })
const plan: Plan = {
  events: new Map([
    ...trackedDeclarations,
    [
      'course.finished',
      { closed: true, properties: [property('course', 'text', { required: true }), property('score', 'integer'), property('at', 'time')] },
    ],
    ['form.sent', { closed: false, properties: [property('form', 'text', { values: ['报名', '咨询'] }), property('agreed', 'boolean')] }],
  ]),
  holdUnknown: false,
  dealt: new Set(['xpt_ours']),
}
const wrong = (name: string, properties: object, written = false) => misfitOf(plan, name, { ...properties }, written)?.field

describe('what is declared is what events are held to', () => {
  test.each([
    ['course.finished', { course: '水彩', score: 90, at: '2026-03-01' }, undefined],
    ['course.finished', { score: 90 }, 'properties.course'],
    ['course.finished', { course: '水彩', score: 90.5 }, 'properties.score'],
    ['course.finished', { course: '水彩', score: '90' }, 'properties.score'],
    ['course.finished', { course: '水彩', at: 'gestern' }, 'properties.at'],
    ['course.finished', { course: '水彩', teacher: '王' }, 'properties.teacher'],
    ['course.finished', { course: '水彩', $device: 'd' }, undefined],
    ['form.sent', { form: '报名', anything: 1 }, undefined],
    ['form.sent', { form: '退款' }, 'properties.form'],
    ['form.sent', { agreed: 'yes' }, 'properties.agreed'],
    ['page.clicked', { x: 0.5, y: 20 }, undefined],
    ['page.clicked', { x: 'left' }, 'properties.x'],
    ['page.viewed', { page: '/', price: 'what the sender likes' }, undefined],
    ['my.own', { x: [] }, undefined],
    ['experiment.exposed', { experiment: 'greeting', variant: 'a' }, undefined],
    ['experiment.exposed', { experiment: 'xpt_ours', variant: 'a' }, 'properties.experiment'],
    ['experiment.exposed', { slip: 'made up' }, 'properties.slip'],
  ])('%s %j: %s', (name, properties, field) => {
    expect(wrong(name, properties)).toBe(field)
  })

  test('cells of a table may write numbers and yes out', () => {
    expect(wrong('course.finished', { course: '水彩', score: '90' }, true)).toBeUndefined()
    expect(wrong('course.finished', { course: '水彩', score: 'viel' }, true)).toBe('properties.score')
    expect(wrong('form.sent', { agreed: 'true' }, true)).toBeUndefined()
  })

  test('what nobody declared is held only where somebody said so', () => {
    expect(misfitOf({ ...plan, holdUnknown: true }, 'my.own', {})).toMatchObject({ reason: 'undeclared', field: 'event' })
    expect(misfitOf({ ...plan, holdUnknown: true }, 'page.viewed', {})).toBeUndefined()
  })
})
