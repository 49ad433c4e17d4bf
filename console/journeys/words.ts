import { useAttributes } from '#console/attributes/queries.ts'
import { useStages } from '#console/follow-ups/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { attachmentsOf } from '#console/journeys/drawing.ts'
import { attachmentNames } from '#console/live-codes/attachments-editor.tsx'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { useSegmentNames } from '#console/segments/queries.ts'
import { asGroup, partsOf, type RuleTree } from '#console/segments/tree.ts'
import { useTagGroups } from '#console/tags/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import type { Awaited, Definition, Duration, Saying, Step } from '#operation/journeys/definition.ts'
import { missedReasons } from '#operation/journeys/missed.ts'
import { type Variable, variables } from '#operation/variables.ts'

/** What steps name, by what people call it. */
interface Names {
  t: Translate
  tag: (id: string) => string
  attribute: (key: string) => string
  segment: (id: string) => string
  stage: (id: string) => string
  employee: (id: string) => string
  event: (name: string) => string
  task: (step: string) => string
  spoken: (text: string) => string
}

export interface StepWords {
  /** A step by its name, or by its settings: 等待 3 天. */
  of: (step: Step) => string
  entry: string
  way: (step: Step, way: string) => string
  happening: (one: Awaited) => string
}

/** The words of one drawing's steps. */
export function useStepWords(drawing: Definition): StepWords {
  const { t, language } = useText()
  const event = useEventTitle()
  const segments = useSegmentNames()
  const attributes = useAttributes().data?.items ?? []
  const stages = useStages({ whose: 'team' }).data?.items ?? []
  const employees = useEmployeeNames()
  const tags = (useTagGroups().data?.items ?? []).flatMap((group) => group.tags)
  const unset = t('journeys.words.unset')
  const names: Names = {
    t,
    tag: (id) => tags.find((tag) => tag.id === id)?.name ?? unset,
    attribute: (key) => attributes.find((one) => one.key === key)?.name ?? (key || unset),
    segment: (id) => segments.find(({ value }) => value === id)?.label ?? unset,
    stage: (id) => stages.find((one) => one.id === id)?.name ?? unset,
    employee: (id) => employees.find(({ value }) => value === id)?.label ?? unset,
    event: (name) => (name === '' ? unset : event(name)),
    spoken: (text) => spoken(text, language),
    task: (id) => {
      const step = drawing.steps.find((one) => one.id === id)
      return (step?.type === 'task' && (step.name || step.title)) || unset
    },
  }
  return {
    of: (step) => step.name || wordsOf(step, names),
    entry: entryWords(drawing.entry, names),
    way: (step, way) => wayWords(step, way, t),
    happening: (one) => happeningWords(one, names),
  }
}

export const spanWords = ({ value, unit }: Duration, t: Translate): string => t(`journeys.spans.${unit}`, { value })

function wordsOf(step: Step, names: Names): string {
  const { t } = names
  const blank = t('journeys.words.blank')
  switch (step.type) {
    case 'tag':
      return t(step.remove ? 'journeys.words.untag' : 'journeys.words.tag', { tag: names.tag(step.tag) })
    case 'attribute':
      return step.value === null || step.value === ''
        ? t('journeys.words.clearAttribute', { name: names.attribute(step.key) })
        : t('journeys.words.attribute', { name: names.attribute(step.key), value: valueWords(step.value, t) })
    case 'task':
      return names.spoken(step.title) || blank
    case 'stage':
      return t('journeys.words.stage', { stage: names.stage(step.stage) })
    case 'notice':
      return t('journeys.words.notice', {
        to: step.employees.map(names.employee).join(t('ui.comma')) || t('journeys.words.colleague'),
        text: names.spoken(step.text) || blank,
      })
    case 'sms':
      return names.spoken(step.text) || blank
    case 'welcome':
      return saidWords(names.spoken(step.text), step, t) || blank
    case 'message':
    case 'group_message':
    case 'moment':
      return saidWords(step.text, step, t) || blank
    case 'offer':
      return t(step.offer === 'coupon' ? 'journeys.words.coupon' : 'journeys.words.points', { value: step.value || blank })
    case 'signal':
      return t('journeys.words.signal', { signal: step.signal || blank })
    case 'wait':
      return t('journeys.words.wait', { span: spanWords(step.for, t) })
    case 'wait_until':
      return step.weekdays
        ? t('journeys.words.untilDays', { time: step.at_time, days: step.weekdays.map((day) => weekdayName(day, t)).join(t('ui.comma')) })
        : t('journeys.words.until', { time: step.at_time })
    case 'wait_for':
      return waitWords(step.happens, names)
    case 'branch':
      return t('journeys.words.branch', { names: step.paths.map(({ name }) => name).join(t('ui.comma')) })
    case 'split':
      return t('journeys.words.split', { names: step.paths.map(({ name, weight }) => `${name} ${weight}%`).join(t('ui.comma')) })
    case 'goal':
      return t('journeys.words.goal')
    case 'end':
      return t('journeys.words.end')
  }
}

/** As a list of chats tells it: 您好 [图片] [链接]. */
const saidWords = (text: string, step: Saying, t: Translate): string =>
  [text, ...attachmentsOf(step).map(({ kind }) => `[${t(attachmentNames[kind])}]`)].filter(Boolean).join(' ')

const weekdayKeys = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** 1 is Monday. */
export const weekdayName = (day: number, t: Translate): string => t(`journeys.weekdays.${weekdayKeys[day - 1] ?? 'mon'}`)

/** Texts are read with what stands in for unknown names, else with what is named there. */
const spoken = (text: string, language: 'zh' | 'en'): string =>
  text.replace(/\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}/g, (_whole, name: string, instead?: string) => {
    const variable = name in variables ? variables[name as Variable] : undefined
    return instead ?? (variable ? `[${variable[language]}]` : '')
  })

const valueWords = (value: string | number | boolean, t: Translate): string =>
  typeof value === 'boolean' ? t(value ? 'ui.yes' : 'ui.no') : String(value)

function waitWords(happens: readonly Awaited[], names: Names): string {
  const [first] = happens
  const what = first ? happeningWords(first, names) : names.t('journeys.words.unset')
  return happens.length > 1
    ? names.t('journeys.words.waitForMore', { what, count: happens.length })
    : names.t('journeys.words.waitFor', { what })
}

function happeningWords(one: Awaited, names: Names): string {
  const { t } = names
  if ('rule' in one) return t('journeys.words.rule', { count: partsOf(asGroup((one.rule ?? { and: [] }) as RuleTree))?.length ?? 0 })
  if ('event' in one) return names.event(one.event)
  if ('segment' in one)
    return t(one.moves === 'in' ? 'journeys.words.segmentIn' : 'journeys.words.segmentOut', { segment: names.segment(one.segment) })
  const key = one.result === 'done' ? 'taskDone' : one.result === 'skipped' ? 'taskSkipped' : 'task'
  return t(`journeys.words.${key}`, { task: names.spoken(names.task(one.task)) })
}

function entryWords(entry: Definition['entry'], names: Names): string {
  const { t } = names
  if (entry.by === 'event') return names.event(entry.event)
  if (entry.by === 'segment') return happeningWords(entry, names)
  return entry.by === 'schedule' ? t('journeys.words.schedule', { segment: names.segment(entry.segment) }) : t('journeys.words.byHand')
}

function wayWords(step: Step, way: string, t: Translate): string {
  const missed = missedReasons.find((reason) => way === `missed:${reason}`)
  if (missed) return t(`journeys.missed.${missed}`)
  if (step.type === 'wait_for') return t(way === 'next' ? 'journeys.ways.met' : 'journeys.ways.timeout')
  const path = step.type === 'branch' || step.type === 'split' ? step.paths[Number(way.slice('paths.'.length))] : undefined
  if (path) return path.name
  if (way === 'held') return t('journeys.ways.held')
  return way === 'otherwise' ? t('journeys.ways.otherwise') : way === 'end' ? t('journeys.ways.end') : ''
}
