import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { exactMoney, shortMoney } from '#console/ui/format.ts'

/** `exact` for the rows of an account, short for headlines; the short form keeps the full value under the pointer. */
export function Money(props: { minor: number | null | undefined; currency?: string | undefined; exact?: boolean }) {
  const { language } = useText()
  const tenant = useTenant()
  if (props.minor === null || props.minor === undefined) return <span className="mute">—</span>
  const currency = props.currency ?? tenant.currency
  const exact = exactMoney(props.minor, currency)
  const shown = props.exact ? exact : shortMoney(props.minor, currency, language)
  return (
    <span className="figure" title={shown === exact ? undefined : exact}>
      {shown}
    </span>
  )
}
