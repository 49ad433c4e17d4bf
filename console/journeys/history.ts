import type { Said } from '#console/journeys/use-edit.ts'

/** What can be taken back, the last on top, and what was taken back; `about` is the field that was last written in. */
export interface History {
  past: readonly Said[]
  future: readonly Said[]
  about: string
}

export const noHistory: History = { past: [], future: [], about: '' }

const most = 100

/** Notes what stood before a change. What is written in one field, letter by letter, is one change. */
export function noted({ past, about }: History, before: Said, after: Said): History {
  const now = fieldOf(before, after)
  const isSame = now !== '' && now === about
  return { past: isSame ? past : [...past, before].slice(-most), future: [], about: now }
}

/** One change back; undefined where there is none. */
export function undone({ past, future }: History, now: Said): { history: History; said: Said } | undefined {
  const said = past.at(-1)
  return said && { said, history: { past: past.slice(0, -1), future: [now, ...future], about: '' } }
}

/** One change forward again; undefined where none was taken back. */
export function redone({ past, future }: History, now: Said): { history: History; said: Said } | undefined {
  const [said, ...rest] = future
  return said && { said, history: { past: [...past, now], future: rest, about: '' } }
}

/** The one field that differs, as `name` or `wait1.for`; empty where more than words changed. */
function fieldOf(before: Said, after: Said): string {
  const said = differing(before, after)
  if (said.length !== 1 || said[0] !== 'draft') return said.length === 1 ? (said[0] ?? '') : ''
  const drawn = differing(before.draft, after.draft)
  if (drawn.length !== 1 || drawn[0] !== 'steps') return drawn.length === 1 ? `draft.${drawn[0]}` : ''
  const [was, is] = [before.draft.steps, after.draft.steps]
  const changed = is.filter((step, place) => step !== was[place])
  const [step] = changed
  if (was.length !== is.length || changed.length !== 1 || !step) return ''
  const fields = differing(was.find(({ id }) => id === step.id) ?? {}, step)
  return fields.length === 1 ? `${step.id}.${fields[0]}` : ''
}

const differing = (one: object, other: object): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (key) => one[key as keyof typeof one] !== other[key as keyof typeof other],
  )
