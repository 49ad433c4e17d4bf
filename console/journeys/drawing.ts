import type { Attachment } from '#operation/contents/schema.ts'
import { type Definition, type Happening, type Saying, type Step, waysOf } from '#operation/journeys/definition.ts'

// What the editor does to a drawing: each change is a new drawing.

/** A place that people leave by one way; the entry is the step null, its only way is `start`. */
export interface Way {
  step: string | null
  way: string
}

export const gap = { x: 264, y: 136 }

export const kinds: { kind: 'say' | 'ask' | 'act' | 'wait' | 'fork' | 'finish'; types: Step['type'][] }[] = [
  { kind: 'say', types: ['welcome', 'message', 'group_message', 'moment', 'sms'] },
  { kind: 'ask', types: ['task', 'notice', 'stage'] },
  { kind: 'act', types: ['tag', 'attribute', 'offer', 'signal'] },
  { kind: 'wait', types: ['wait', 'wait_until', 'wait_for'] },
  { kind: 'fork', types: ['branch', 'split'] },
  { kind: 'finish', types: ['goal', 'end'] },
]

export const stepOf = ({ steps }: Definition, id: string | null | undefined): Step | undefined => steps.find((step) => step.id === id)

/** A drawing that the browser kept from before steps had attachments has none. */
export const attachmentsOf = (step: Partial<Pick<Saying, 'attachments'>>): Attachment[] => step.attachments ?? []

/** Where a way leads; undefined for a way that is not there. */
export function targetOf(drawing: Definition, { step, way }: Way): string | null | undefined {
  if (step === null) return drawing.start
  const from = stepOf(drawing, step)
  return from && waysOf(from).find((one) => one.way === way)?.to
}

const replaced = (drawing: Definition, id: string, change: (step: Step) => Step): Definition => ({
  ...drawing,
  steps: drawing.steps.map((step) => (step.id === id ? change(step) : step)),
})

export const changeStep = (drawing: Definition, next: Step): Definition => replaced(drawing, next.id, () => next)

export const moveStep = (drawing: Definition, id: string, at: { x: number; y: number }): Definition =>
  replaced(drawing, id, (step) => ({ ...step, at: { x: Math.round(at.x), y: Math.round(at.y) } }))

export const connect = (drawing: Definition, { step, way }: Way, to: string | null): Definition =>
  step === null ? { ...drawing, start: to } : replaced(drawing, step, (from) => led(from, way, to))

function led(step: Step, way: string, to: string | null): Step {
  if (step.type === 'end') return step
  if (step.type === 'branch')
    return way === 'otherwise'
      ? { ...step, otherwise: to }
      : { ...step, paths: step.paths.map((path, i) => (way === `paths.${i}` ? { ...path, next: to } : path)) }
  if (step.type === 'split') return { ...step, paths: step.paths.map((path, i) => (way === `paths.${i}` ? { ...path, next: to } : path)) }
  if (step.type === 'wait_for' && way === 'otherwise') return { ...step, otherwise: to }
  return { ...step, next: to }
}

/** Whoever came to the step comes to what followed it, where that is one thing. */
export function removeStep(drawing: Definition, id: string): Definition {
  const gone = stepOf(drawing, id)
  if (!gone) return drawing
  const ways = waysOf(gone)
  const after = ways.length === 1 && ways[0]?.to !== id ? (ways[0]?.to ?? null) : null
  const rest = { ...drawing, steps: drawing.steps.filter((step) => step.id !== id) }
  const into: Way[] = [
    { step: null, way: 'start' },
    ...rest.steps.flatMap((step) => waysOf(step).map(({ way }) => ({ step: step.id, way }))),
  ]
  return into.reduce((now, way) => (targetOf(now, way) === id ? connect(now, way, after) : now), rest)
}

/** Puts a fresh step behind the chosen one: onto its first open way, else into its first way. Without one it goes to the end. */
export function addStep(drawing: Definition, type: Step['type'], behind: string | null): { drawing: Definition; id: string } {
  const id = freshId(drawing, type)
  const from = openWay(drawing, behind ?? lastOf(drawing))
  const follower = targetOf(drawing, from) ?? null
  const fresh = { ...freshStep(id, type), at: placeBehind(drawing, from) }
  const [onward] = waysOf(fresh)
  const added = { ...drawing, steps: [...makeRoom(drawing, fresh.at, follower), fresh] }
  return { id, drawing: connect(onward && follower ? connect(added, { step: id, way: onward.way }, follower) : added, from, id) }
}

function openWay(drawing: Definition, behind: string | null): Way {
  const ways = waysOf(stepOf(drawing, behind) ?? { id: '', type: 'end' })
  const way = ways.find(({ to }) => to === null) ?? ways[0]
  return way ? { step: behind, way: way.way } : openBeforeEnd(drawing, behind)
}

/** Nothing follows an end, so what is added behind it goes in front of it. */
function openBeforeEnd(drawing: Definition, end: string | null): Way {
  const [into] = drawing.steps.flatMap((step) =>
    waysOf(step).flatMap(({ way, to }) => (to !== null && to === end ? [{ step: step.id, way }] : [])),
  )
  return into ?? { step: null, way: 'start' }
}

/** The step that following first ways ends at. */
function lastOf(drawing: Definition): string | null {
  const seen = new Set<string>()
  for (let id = drawing.start; id !== null && !seen.has(id); ) {
    seen.add(id)
    const step = stepOf(drawing, id)
    const next = step && waysOf(step)[0]?.to
    if (!next) return id
    id = next
  }
  return drawing.start
}

function placeBehind(drawing: Definition, { step, way }: Way): { x: number; y: number } {
  const from = stepOf(drawing, step)
  if (!from?.at) return { x: stepOf(drawing, drawing.start)?.at?.x ?? 0, y: stepOf(drawing, drawing.start)?.at?.y ?? 0 }
  const ways = waysOf(from)
  const aside = ways.findIndex((one) => one.way === way) - (ways.length - 1) / 2
  return { x: from.at.x + aside * gap.x, y: from.at.y + gap.y }
}

/** What stands where the fresh step goes, and below, moves down when the step comes between two. */
function makeRoom({ steps }: Definition, at: { y: number }, follower: string | null): Step[] {
  if (follower === null) return steps
  return steps.map((step) => (step.at && step.at.y >= at.y ? { ...step, at: { ...step.at, y: step.at.y + gap.y } } : step))
}

function freshId({ steps }: Definition, type: Step['type']): string {
  const taken = new Set(steps.map(({ id }) => id))
  let number = 1
  while (taken.has(`${type}${number}`)) number++
  return `${type}${number}`
}

export const freshHappening: Happening = { event: '' }

function freshStep(id: string, type: Step['type']): Step {
  switch (type) {
    case 'tag':
      return { id, type, tag: '', remove: false, next: null }
    case 'attribute':
      return { id, type, key: '', value: null, next: null }
    case 'task':
      return { id, type, title: '', due: { value: 24, unit: 'hour' }, next: null }
    case 'stage':
      return { id, type, stage: '', back: false, next: null }
    case 'notice':
      return { id, type, employees: [], text: '', next: null }
    case 'welcome':
      return { id, type, text: '', attachments: [], next: null }
    case 'moment':
      return { id, type, text: '', attachments: [], tag: null, next: null }
    case 'message':
    case 'group_message':
      return { id, type, text: '', attachments: [], kind: 'marketing', next: null }
    case 'sms':
      return { id, type, text: '', kind: 'marketing', next: null }
    case 'offer':
      return { id, type, offer: 'coupon', value: '', next: null }
    case 'signal':
      return { id, type, signal: '', next: null }
    case 'wait':
      return { id, type, for: { value: 1, unit: 'day' }, next: null }
    case 'wait_until':
      return { id, type, at_time: '10:00', next: null }
    case 'wait_for':
      return { id, type, happens: [freshHappening], timeout: { value: 3, unit: 'day' }, next: null, otherwise: null }
    case 'branch':
      return { id, type, paths: [{ name: 'A', when: { rule: { and: [] } }, next: null }], otherwise: null }
    case 'split':
      return {
        id,
        type,
        paths: [
          { name: 'A', weight: 50, next: null },
          { name: 'B', weight: 50, next: null },
        ],
      }
    case 'goal':
      return { id, type, next: null }
    case 'end':
      return { id, type }
  }
}
