import { useText } from '#console/i18n/i18n.ts'
import { exactNumber, shortNumber } from '#console/ui/format.ts'

export function Count({ value }: { value: number | null | undefined }) {
  const { language } = useText()
  if (value === null || value === undefined) return <span className="mute">—</span>
  const short = shortNumber(value, language)
  const exact = exactNumber(value)
  return (
    <span className="figure" title={short === exact ? undefined : exact}>
      {short}
    </span>
  )
}
