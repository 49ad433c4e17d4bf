import { describe, expect, test } from 'vitest'
import { addStep, changeStep, removeStep } from '#console/journeys/drawing.ts'
import { type History, noHistory, noted, redone, undone } from '#console/journeys/history.ts'
import type { Said } from '#console/journeys/use-edit.ts'
import { Definition } from '#operation/journeys/definition.ts'

const blank: Said = { name: '旅程', note: '', draft: Definition.parse({ entry: { by: 'hand' } }) }

/** Says one thing after the other; gives all that was ever said. */
function say(changes: ((now: Said) => Said)[]): { said: Said[]; history: History } {
  const said = [blank]
  let history = noHistory
  for (const change of changes) {
    const now = said.at(-1) ?? blank
    const next = change(now)
    history = noted(history, now, next)
    said.push(next)
  }
  return { said, history }
}

const drawn = (draw: (draft: Definition) => Definition) => (now: Said) => ({ ...now, draft: draw(now.draft) })
const add = drawn((draft) => addStep(draft, 'task', null).drawing)
const write = (id: string, title: string) => drawn((draft) => changeStep(draft, { id, type: 'task', title, next: null }))
const retitle = (id: string, title: string) =>
  drawn((draft) => ({ ...draft, steps: draft.steps.map((step) => (step.id === id && step.type === 'task' ? { ...step, title } : step)) }))

describe('what is taken back', () => {
  test('comes back and goes again, step by step', () => {
    const { said, history } = say([add, add, drawn((draft) => removeStep(draft, 'task1'))])
    let now = said.at(-1) ?? blank
    let kept = history
    for (const before of said.slice(0, -1).reverse()) {
      const back = undone(kept, now)
      expect(back?.said).toEqual(before)
      now = back?.said ?? blank
      kept = back?.history ?? kept
    }
    expect(undone(kept, now)).toBeUndefined()
    for (const after of said.slice(1)) {
      const again = redone(kept, now)
      expect(again?.said).toEqual(after)
      now = again?.said ?? blank
      kept = again?.history ?? kept
    }
    expect(redone(kept, now)).toBeUndefined()
  })

  test('is a whole field that was written in, not its letters; another field is another change', () => {
    const { history, said } = say([
      add,
      add,
      retitle('task1', '打'),
      retitle('task1', '打个'),
      retitle('task1', '打个电话'),
      retitle('task2', '问'),
    ])
    expect(history.past).toEqual([said[0], said[1], said[2], said[5]])
    const renamed = noted(noted(noHistory, blank, { ...blank, name: 'A' }), { ...blank, name: 'A' }, { ...blank, name: 'AB' })
    expect(renamed.past).toEqual([blank])
  })

  test('forgets what was taken back as soon as something else is done', () => {
    const { said, history } = say([add, write('task1', '打电话')])
    const back = undone(history, said.at(-1) ?? blank)
    if (!back) throw new Error('nothing to take back')
    expect(back.history.future).toHaveLength(1)
    expect(noted(back.history, back.said, { ...back.said, note: '新' }).future).toEqual([])
  })
})
