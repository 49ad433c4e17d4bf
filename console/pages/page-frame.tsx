import { useCallback } from 'react'
import { z } from 'zod'
import { useText } from '#console/i18n/i18n.ts'

const Box = z.object({ selector: z.string(), x: z.number(), y: z.number(), width: z.number(), height: z.number() })

/** What the tracker on a page answers: how large the page is here, and where elements lie. */
const Measured = z.object({
  liuliangMeasured: z.object({
    width: z.number().min(1).max(10_000),
    height: z.number().min(1).max(200_000),
    boxes: z.array(Box.nullish()).max(200),
  }),
})
export type Measured = z.infer<typeof Measured>['liuliangMeasured']

const tries = 12
const betweenTriesMs = 500

/** Only web pages are opened: the address was said by whoever sent the events. */
export const isOpenable = (address: string | null): address is string =>
  address !== null && URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)

/**
 * The real page below the drawing. It may run its own scripts and nothing else: no forms, no windows, no way to the top. It is
 * shown once its tracker has answered; a page that refuses frames, or has no tracker, never does.
 */
export function PageFrame(props: {
  address: string
  width: number
  height: number
  scale: number
  seen: boolean
  selectors: string[]
  onMeasured: (measured: Measured | undefined) => void
}) {
  const { t } = useText()
  const { address, onMeasured } = props
  const asked = JSON.stringify(props.selectors)
  const mount = useCallback(
    (frame: HTMLIFrameElement | null) => {
      if (!frame) return
      let left = tries
      const hear = (event: MessageEvent) => {
        const measured = event.source === frame.contentWindow ? Measured.safeParse(event.data) : undefined
        if (!measured?.success) return
        clearInterval(timer)
        onMeasured(measured.data.liuliangMeasured)
      }
      const timer = setInterval(() => {
        frame.contentWindow?.postMessage({ liuliangMeasure: JSON.parse(asked) }, new URL(address).origin)
        if (--left > 0) return
        clearInterval(timer)
        onMeasured(undefined)
      }, betweenTriesMs)
      window.addEventListener('message', hear)
      return () => {
        clearInterval(timer)
        window.removeEventListener('message', hear)
      }
    },
    [address, asked, onMeasured],
  )
  return (
    <iframe
      ref={mount}
      className="heat-page"
      name="liuliang-heatmap"
      title={t('pages.realPage')}
      src={address}
      sandbox="allow-scripts allow-same-origin"
      referrerPolicy="no-referrer"
      tabIndex={-1}
      style={{
        width: props.width,
        height: props.height,
        transform: `scale(${props.scale})`,
        visibility: props.seen ? 'visible' : 'hidden',
      }}
    />
  )
}
