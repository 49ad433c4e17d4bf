import { expect, test } from 'vitest'
import { trialsToShow } from '#console/experiments/on-thing.ts'
import type { State } from '#operation/experiments/schema.ts'

const thing = (step: string | null) => ({ kind: 'journey' as const, id: 'jny_1', step })
const trial = (name: string, state: State, step: string | null = null) => ({
  ...{ name, state, thing: thing(step) },
  startedAt: state === 'draft' ? null : '2026-03-02T02:00:00Z',
})

test('what was found of the whole stands before what was found of a part, and what runs before what was stopped', () => {
  const trials = [
    trial('long ago', 'archived'),
    trial('plan', 'draft'),
    trial('step', 'running', 'call'),
    trial('last year', 'stopped'),
    trial('now', 'running'),
    trial('older step', 'running', 'gift'),
  ]
  const { found, named } = trialsToShow(trials)
  expect([found, named].map((some) => some.map(({ name }) => name))).toEqual([
    ['now', 'last year'],
    ['long ago', 'plan', 'step', 'older step'],
  ])
})

test('a draft dealt nobody, so it is named alone', () => {
  expect(trialsToShow([trial('plan', 'draft')])).toMatchObject({ found: [], named: [{ name: 'plan' }] })
  expect(trialsToShow([])).toEqual({ found: [], named: [] })
})
