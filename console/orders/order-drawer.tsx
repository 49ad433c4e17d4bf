import { Link } from '@tanstack/react-router'
import { Button, Form, Input, Skeleton } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { StatusBadge } from '#console/orders/order-status.tsx'
import { type OrderDetail, useOrder, useRefund } from '#console/orders/queries.ts'
import { CopyId } from '#console/ui/copy-id.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { currencySign, exactMoney, minorDigits, parseMoney } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Money } from '#console/ui/money.tsx'
import { Facts, Stack } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { When } from '#console/ui/when.tsx'

export function OrderDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useText()
  const order = useOrder(id)
  const [refunding, setRefunding] = useState(false)
  const data = order.data?.id === id ? order.data : undefined
  const left = data?.paidAt ? data.paidMinor - data.refundedMinor : 0
  return (
    <SideSheet
      title={data?.orderNo ?? t('orders.title')}
      open={id !== undefined}
      onClose={onClose}
      actions={
        left > 0 && (
          <Gate permission="orders.write">
            <Button danger onClick={() => setRefunding(true)}>
              {t('orders.refundAct')}
            </Button>
          </Gate>
        )
      }
    >
      {order.error ? (
        <Problem error={order.error} retry={() => void order.refetch()} />
      ) : data ? (
        <Shown order={data} />
      ) : (
        <Skeleton active paragraph={{ rows: 8 }} />
      )}
      {data && <RefundForm order={data} left={left} open={refunding} onClose={() => setRefunding(false)} />}
    </SideSheet>
  )
}

function Shown({ order }: { order: OrderDetail }) {
  const { t } = useText()
  return (
    <Stack>
      <Facts
        items={[
          { name: t('orders.status'), value: <StatusBadge status={order.status} /> },
          {
            name: t('orders.customer'),
            value: order.customer ? (
              <Link to="/customers/$customerId" params={{ customerId: order.customer.id }}>
                <PersonChip name={order.customer.name} alias={order.customer.alias} />
              </Link>
            ) : (
              t('orders.anonymous')
            ),
          },
          { name: t('orders.orderNo'), value: <CopyId value={order.orderNo} /> },
          { name: t('orders.shop'), value: order.shop?.name ?? t('orders.manual') },
          { name: t('orders.createdAt'), value: <When at={order.createdAt} /> },
          { name: t('orders.paidAt'), value: <When at={order.paidAt} /> },
        ]}
      />
      <PlainScroll className="sheet flush">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('orders.product')}</th>
              <th scope="col" className="right">
                {t('orders.unitPrice')}
              </th>
              <th scope="col" className="right">
                {t('orders.quantity')}
              </th>
              <th scope="col" className="right">
                {t('orders.lineAmount')}
              </th>
            </tr>
          </thead>
          <tbody>
            {order.lines.map((line) => (
              <tr key={line.lineNo}>
                <td className="wrap">
                  {line.title} {line.productCode && <code>{line.productCode}</code>}
                </td>
                <td className="right figure">
                  {currencySign(order.currency)}
                  {line.unitPrice}
                </td>
                <td className="right figure">{line.quantity}</td>
                <td className="right">
                  <Money minor={line.amountMinor} currency={order.currency} exact />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
      <Facts
        items={[
          { name: t('orders.amount'), value: <Money minor={order.paidMinor} currency={order.currency} exact /> },
          { name: t('orders.refundedAmount'), value: <Money minor={order.refundedMinor} currency={order.currency} exact /> },
          { name: t('orders.net'), value: <Money minor={order.paidMinor - order.refundedMinor} currency={order.currency} exact /> },
        ]}
      />
      {order.refunds.length > 0 && (
        <div>
          <h3>{t('orders.refundHistory')}</h3>
          <ul className="lines">
            {order.refunds.map((refund) => (
              <li key={refund.id}>
                <span>
                  {refund.refundNo} {refund.reason && <span className="note">{refund.reason}</span>}
                </span>
                <span>
                  <When at={refund.at} /> <Money minor={refund.amountMinor} currency={order.currency} exact />
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Stack>
  )
}

function RefundForm(props: { order: OrderDetail; left: number; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const { order, left } = props
  const refund = useRefund(order.id)
  const most = exactMoney(left, order.currency)
  return (
    <FormDrawer<{ amount: string; reason?: string }>
      title={`${t('orders.refundTitle')} · ${order.orderNo}`}
      open={props.open}
      onClose={props.onClose}
      initial={{ amount: most.replace(/[^\d.]/g, '') }}
      submit={t('orders.refundAct')}
      fields={{ amountMinor: 'amount' }}
      onSubmit={({ amount, reason }) =>
        refund.mutateAsync({ amountMinor: parseMoney(amount, order.currency), ...(reason ? { reason } : {}) })
      }
    >
      <Form.Item
        name="amount"
        required
        label={t('orders.refundAmount')}
        extra={t('orders.refundTooMuch', { amount: most })}
        rules={[
          {
            validator: (_rule, value: string) => {
              const minor = parseMoney(value ?? '', order.currency)
              if (minor === undefined || minor === 0)
                return Promise.reject(new Error(t('orders.amountWrong', { digits: minorDigits(order.currency) })))
              return minor > left ? Promise.reject(new Error(t('orders.refundTooMuch', { amount: most }))) : Promise.resolve()
            },
          },
        ]}
      >
        <Input prefix={currencySign(order.currency)} inputMode="decimal" autoComplete="off" />
      </Form.Item>
      <Form.Item name="reason" label={t('orders.refundReason')}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item shouldUpdate noStyle>
        {(form) => {
          const minor = parseMoney(form.getFieldValue('amount') ?? '', order.currency)
          return minor !== undefined && <p className="note">{t('orders.refundEffect', { amount: exactMoney(minor, order.currency) })}</p>
        }}
      </Form.Item>
    </FormDrawer>
  )
}
