import { Alert, Button } from 'antd'
import { useRef, useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { remember, remembered } from '#console/ui/local.ts'

/** What was said here and is not saved. */
export interface Draft<Kept> {
  /** Undefined while everything is saved. */
  kept: Kept | undefined
  /** The same at this moment: who waits for an answer may have been overtaken. */
  now: () => Kept | undefined
  /** What came back from before the page was opened, until it is saved or thrown away. */
  restored: Kept | undefined
  keep: (next: Kept) => void
  /** It is saved: it does not come back, and the page shows it until it has read what was saved. */
  forget: () => void
  /** Thrown away, here as well. */
  discard: () => void
}

/**
 * Keeps on this machine, under a name, what somebody said and did not save, so that a reload or a look at another page loses
 * nothing. Without a name nothing is kept; what no longer `fits` what stands there does not come back.
 */
export function useDraft<Kept>(name: string | undefined, fits: (kept: Kept) => boolean = () => true): Draft<Kept> {
  const key = name && `draft.${name}`
  const [restored, setRestored] = useState<Kept | undefined>(() => {
    const found = key ? remembered<Kept>(key) : undefined
    return found !== undefined && fits(found) ? found : undefined
  })
  const [kept, setKept] = useState<Kept | undefined>(restored)
  const latest = useRef(restored)
  const put = (next: Kept | undefined) => {
    latest.current = next
    if (key) remember(key, next)
    if (next === undefined) setRestored(undefined)
  }
  return {
    kept,
    now: () => latest.current,
    restored,
    keep: (next) => {
      put(next)
      setKept(() => next)
    },
    forget: () => put(undefined),
    discard: () => {
      put(undefined)
      setKept(undefined)
    },
  }
}

/** Says that something came back, and takes it away again. */
export function RestoredNotice({ draft: { restored, discard } }: { draft: Pick<Draft<unknown>, 'restored' | 'discard'> }) {
  const { t } = useText()
  if (restored === undefined) return null
  return (
    <Alert
      type="info"
      showIcon
      title={t('ui.draftRestored')}
      action={
        <Button size="small" onClick={discard}>
          {t('ui.discard')}
        </Button>
      }
    />
  )
}
