import { useRef, useState } from 'react'
import { type History, noHistory, noted, redone, undone } from '#console/journeys/history.ts'
import { useSaveJourney } from '#console/journeys/queries.ts'
import { type Draft, useDraft } from '#console/ui/draft.tsx'
import type { Definition } from '#operation/journeys/definition.ts'
import type { Journey } from '#operation/journeys/schema.ts'

export interface Said {
  name: string
  note: string
  draft: Definition
}

/** What was said here and is not saved, and when the journey that it was said about was last changed. */
type Unsaved = Said & { seen: string }

export interface Edit extends Said {
  isUnsaved: boolean
  restored: Draft<Unsaved>['restored']
  isSaving: boolean
  change: (change: Partial<Said>) => void
  /** Undefined while there is nothing to take back, or nothing that was taken back. */
  undo: (() => void) | undefined
  redo: (() => void) | undefined
  discard: () => void
  save: () => Promise<void>
  /** What we did to the journey ourselves is no change of somebody else. */
  seen: (updatedAt: string) => void
}

/** A journey as it is being edited: what is not saved survives a reload, and saving refuses to overwrite others. */
export function useEdit(journey: Journey): Edit {
  const save = useSaveJourney()
  const unsaved = useDraft<Unsaved>(`journey.${journey.id}`)
  const [history, setHistory] = useState(noHistory)
  const steps = useRef(history)
  const saved: Said = { name: journey.name, note: journey.note, draft: journey.draft }
  const said = unsaved.kept ?? saved
  const now = (): Unsaved => unsaved.now() ?? { ...saved, seen: journey.updatedAt }
  const remembering = (next: History) => {
    steps.current = next
    setHistory(next)
  }
  const step = (way: typeof undone) => () => {
    const { seen, ...before } = now()
    const found = way(steps.current, before)
    if (!found) return
    remembering(found.history)
    if (JSON.stringify(found.said) === JSON.stringify(saved)) unsaved.discard()
    else unsaved.keep({ ...found.said, seen })
  }
  return {
    ...said,
    isUnsaved: unsaved.kept !== undefined,
    restored: unsaved.restored,
    isSaving: save.isPending,
    change: (change) => {
      const { seen, ...before } = now()
      const after = { ...before, ...change }
      remembering(noted(steps.current, before, after))
      unsaved.keep({ ...after, seen })
    },
    undo: history.past.length > 0 ? step(undone) : undefined,
    redo: history.future.length > 0 ? step(redone) : undefined,
    discard: () => {
      remembering(noHistory)
      unsaved.discard()
    },
    seen: (updatedAt) => {
      const now = unsaved.now()
      if (now) unsaved.keep({ ...now, seen: updatedAt })
    },
    save: async () => {
      const sent = unsaved.now()
      if (!sent) return
      const saved = await save.mutateAsync({ id: journey.id, ...sent })
      // What was drawn while the answer was on its way is still to be saved.
      const now = unsaved.now()
      if (now === sent || !now) unsaved.discard()
      else unsaved.keep({ ...now, seen: saved.updatedAt })
    },
  }
}
