import { Form, InputNumber } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useRecordCost } from '#console/outbound/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { currencySign, minorDigits } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { type SpendKind, spendKinds } from '#growth/spends/schema.ts'
import type { SendingCost } from '#insight/effects/schema.ts'

type Values = Partial<Record<SpendKind, number | null>>

/** What a message or journey costs, a field for each kind; all empty says that nothing is known. */
export function CostDrawer(props: { of: 'messages' | 'journeys'; id: string; cost: SendingCost | null; onClose: () => void }) {
  const { t } = useText()
  const tenant = useTenant()
  const record = useRecordCost(`${props.of}/${props.id}`)
  const currency = props.cost?.currency ?? tenant.currency
  const digits = minorDigits(currency)
  const save = (values: Values) =>
    record.mutateAsync({
      currency,
      items: spendKinds.flatMap((kind) => {
        const amount = values[kind]
        return typeof amount === 'number' ? [{ kind, amountMinor: Math.round(amount * 10 ** digits) }] : []
      }),
    })
  return (
    <FormDrawer<Values>
      open
      title={t('outbound.cost.title')}
      onClose={props.onClose}
      initial={Object.fromEntries((props.cost?.items ?? []).map(({ kind, amountMinor }) => [kind, amountMinor / 10 ** digits]))}
      onSubmit={save}
    >
      <Stack>
        <p className="note">{t('outbound.cost.note')}</p>
        <div className="field-grid">
          {spendKinds.map((kind) => (
            <Form.Item key={kind} name={kind} label={t(`economics.spendKinds.${kind}`)}>
              <InputNumber min={0} max={1e10} precision={digits} prefix={currencySign(currency)} className="wide" />
            </Form.Item>
          ))}
        </div>
      </Stack>
    </FormDrawer>
  )
}
