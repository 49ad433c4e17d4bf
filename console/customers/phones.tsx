import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { get } from '#console/api/client.ts'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import type { CustomerDetail } from '#management/customers/schema.ts'

/** Masked until somebody with the right asks; that they asked is written into the audit log, and they are told so. */
export function Phones({ customer }: { customer: CustomerDetail }) {
  const { t } = useText()
  const run = useRun()
  const may = useMay()('phone.reveal')
  // No cache keeps whole numbers, so that each look is written down.
  const reveal = useMutation({ mutationFn: () => get<{ items: string[] }>(`customers/${customer.id}/phones`), gcTime: 0 })
  if (!customer.phoneMasked) return <span className="mute">—</span>
  if (reveal.data)
    return (
      <span className="stack tight" role="status">
        {reveal.data.items.map((phone) => (
          <CopyId key={phone} value={phone} />
        ))}
        <span className="note">{t('customers.phoneAudited')}</span>
        <span>
          <Button size="small" icon={<EyeInvisibleOutlined />} onClick={() => reveal.reset()}>
            {t('customers.hidePhone')}
          </Button>
        </span>
      </span>
    )
  return (
    <span className="row">
      <span className="figure">{customer.phoneMasked}</span>
      {may && (
        <Button
          size="small"
          icon={<EyeOutlined />}
          loading={reveal.isPending}
          title={t('customers.revealPhoneHint')}
          onClick={() => void run(() => reveal.mutateAsync())}
        >
          {t('customers.revealPhone')}
        </Button>
      )}
    </span>
  )
}
