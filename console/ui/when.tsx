import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { fullTime, shortTime } from '#console/ui/format.ts'

export function When({ at }: { at: string | null | undefined }) {
  const { language } = useText()
  const { timezone } = useTenant()
  if (!at) return <span className="mute">—</span>
  return (
    <time className="figure" dateTime={at} title={fullTime(at, timezone)}>
      {shortTime(at, timezone, language)}
    </time>
  )
}
