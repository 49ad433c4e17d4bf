import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button, Form, Input, InputNumber } from 'antd'
import { newIdempotencyKey } from '#console/api/client.ts'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useCreateOrder } from '#console/orders/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { currencySign, exactMoney, minorDigits, parseMoney } from '#console/ui/format.ts'
import { TimeField } from '#console/ui/time-field.tsx'

interface Line {
  title: string
  productCode?: string
  quantity: number
  unitPrice: string
}

interface Values {
  orderNo: string
  phone?: string
  memberNo?: string
  paidAt?: string | null
  lines: Line[]
}

/** An order that no shop reports: a bank transfer, a desk sale. It counts as paid now. */
export function CreateOrder({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText()
  const { currency } = useTenant()
  const navigate = useNavigate()
  const create = useCreateOrder()
  const submit = async ({ orderNo, phone, memberNo, paidAt, lines }: Values) => {
    const at = paidAt ?? new Date().toISOString()
    const { id } = await create.mutateAsync({
      orderNo,
      status: 'paid',
      currency,
      createdAt: at,
      paidAt: at,
      updatedAt: new Date().toISOString(),
      buyer: { ...(phone?.trim() ? { phone: phone.trim() } : {}), ...(memberNo?.trim() ? { memberNo: memberNo.trim() } : {}) },
      lines: lines.map((line, index) => ({
        lineNo: String(index + 1),
        productCode: line.productCode || line.title,
        title: line.title,
        quantity: line.quantity,
        unitPrice: line.unitPrice,
        paid: decimal(lineMinor(line, currency), currency),
      })),
    })
    await navigate({ to: '/orders', search: { order: id } })
  }
  return (
    <FormDrawer<Values>
      title={t('orders.create')}
      open={open}
      onClose={onClose}
      draft="order"
      wide
      fields={{ 'buyer.phone': 'phone', 'buyer.memberNo': 'memberNo' }}
      initial={{ orderNo: `M${newIdempotencyKey().slice(0, 10).toUpperCase()}`, lines: [{ title: '', quantity: 1, unitPrice: '' }] }}
      onSubmit={submit}
    >
      <Form.Item name="orderNo" label={t('orders.orderNo')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item name="phone" label={t('orders.customerIdent')} extra={t('orders.customerHint')}>
        <Input type="tel" autoComplete="off" />
      </Form.Item>
      <Form.Item name="memberNo" label={t('orders.memberNo')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="paidAt" label={t('orders.paidAt')} extra={t('orders.paidAtHint')}>
        <TimeField only="past" />
      </Form.Item>
      <Lines currency={currency} />
    </FormDrawer>
  )
}

function Lines({ currency }: { currency: string }) {
  const { t } = useText()
  const digits = minorDigits(currency)
  return (
    <Form.List name="lines">
      {(fields, { add, remove }) => (
        <div className="stack tight">
          {fields.map((field) => (
            <div key={field.key} className="order-line">
              <Form.Item
                name={[field.name, 'title']}
                label={t('orders.product')}
                rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
              >
                <Input maxLength={200} autoComplete="off" />
              </Form.Item>
              <Form.Item
                name={[field.name, 'quantity']}
                required
                label={t('orders.quantity')}
                rules={[{ type: 'integer', min: 1, message: t('orders.quantityWrong') }]}
              >
                <InputNumber precision={0} style={{ width: '100%' }} />
              </Form.Item>
              <Form.Item
                name={[field.name, 'unitPrice']}
                required
                label={t('orders.unitPrice')}
                rules={[
                  {
                    validator: (_rule, value: string) =>
                      parseMoney(value ?? '', currency) === undefined
                        ? Promise.reject(new Error(t('orders.amountWrong', { digits })))
                        : Promise.resolve(),
                  },
                ]}
              >
                <Input prefix={currencySign(currency)} inputMode="decimal" autoComplete="off" />
              </Form.Item>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                disabled={fields.length === 1}
                aria-label={t('orders.removeLine')}
                title={t('orders.removeLine')}
                onClick={() => remove(field.name)}
              />
            </div>
          ))}
          <div className="row between">
            <Button icon={<PlusOutlined />} onClick={() => add({ title: '', quantity: 1, unitPrice: '' })}>
              {t('orders.addLine')}
            </Button>
            <Form.Item shouldUpdate noStyle>
              {(form) => (
                <strong className="figure">
                  {t('orders.total')}{' '}
                  {exactMoney(
                    (form.getFieldValue('lines') as Line[]).reduce((sum, line) => sum + lineMinor(line, currency), 0),
                    currency,
                  )}
                </strong>
              )}
            </Form.Item>
          </div>
        </div>
      )}
    </Form.List>
  )
}

const lineMinor = (line: Line | undefined, currency: string): number =>
  (parseMoney(line?.unitPrice ?? '', currency) ?? 0) * (line?.quantity ?? 0)

/** Minor units → decimal text, by moving the point and never by dividing. */
function decimal(minor: number, currency: string): string {
  const digits = minorDigits(currency)
  if (digits === 0) return String(minor)
  const text = String(minor).padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
