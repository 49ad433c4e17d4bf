import { Link } from '@tanstack/react-router'
import type { BalanceProps } from '#console/balance/balance-result.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { numberOf } from '#console/reports/document.ts'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Figures } from '#console/value/table.tsx'
import type { BalanceResult } from '#insight/reports/balance/schema.ts'

type Batch = BalanceResult['batches'][number]

/** Which parcel cards bring buyers in, and who of them buys again. */
export function Batches({ document, result }: BalanceProps) {
  const { t } = useText()
  if (result.batches.length === 0)
    return (
      <Section title={t('balance.batches')}>
        <p className="note">
          {t('balance.noBatches')} <Link to="/channels">{t('channels.title')}</Link>
        </p>
      </Section>
    )
  return (
    <Section flush title={t('balance.batches')} note={t('balance.batchesNote', { days: numberOf(document.repeatDays, 90) })}>
      <Figures<Batch>
        rows={result.batches}
        keyOf={({ code }) => code}
        columns={[
          { title: t('balance.batch'), cell: ({ code, name }) => (code.startsWith('lco_') ? <CodeLink code={code} name={name} /> : name) },
          { title: t('balance.batchAdded'), right: true, cell: ({ added }) => exactNumber(added) },
          { title: t('balance.batchBuyers'), right: true, cell: ({ buyers }) => exactNumber(buyers) },
          { title: t('balance.repeated'), right: true, cell: ({ repeated }) => exactNumber(repeated) },
          { title: t('balance.repeatRate'), right: true, cell: ({ repeated, buyers, open }) => percent(repeated, buyers - open) },
          { title: t('balance.batchOpen'), right: true, cell: ({ open }) => exactNumber(open) },
        ]}
      />
    </Section>
  )
}

const CodeLink = ({ code, name }: { code: string; name: string }) => (
  <Link to="/live-codes/$codeId" params={{ codeId: code }}>
    {name}
  </Link>
)
