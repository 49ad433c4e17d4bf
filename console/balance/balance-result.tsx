import { Batches } from '#console/balance/batches.tsx'
import { Driven } from '#console/balance/driven.tsx'
import { Repeats } from '#console/balance/repeats.tsx'
import { Shops } from '#console/balance/shops.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { change, textOf } from '#console/reports/document.ts'
import { intervalLabel } from '#console/reports/labels.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { percent } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { BalanceResult } from '#insight/reports/balance/schema.ts'

export type BalanceProps = ResultProps<BalanceResult>

export function BalanceResultView(props: BalanceProps) {
  const { t } = useText()
  const { private: own, public: other } = props.result.total
  if (own.orders + other.orders === 0 && props.result.shops.length === 0)
    return (
      <Section>
        <Empty
          title={t('balance.empty')}
          hint={t('balance.emptyHint')}
          action={
            <Row>
              <ButtonLink type="primary" to="/imports/new">
                {t('balance.import')}
              </ButtonLink>
              <ButtonLink to="/integrations">{t('balance.connect')}</ButtonLink>
            </Row>
          }
        />
      </Section>
    )
  return (
    <>
      <Headline {...props} />
      <OverTime {...props} />
      <Repeats {...props} />
      <Shops {...props} />
      <Batches {...props} />
      <Driven {...props} />
    </>
  )
}

function Headline({ document, result, drill }: BalanceProps) {
  const { t } = useText()
  const { private: own, public: other } = result.total
  const people = (domain: 'private' | 'public') =>
    drill({ title: t('balance.buyersOf', { domain: t(`balance.${domain}`) }), report: change(document, { persons: { domain } }) })
  return (
    <Section>
      <Stats>
        <Stat name={t('balance.privateOrders')} value={percent(own.orders, own.orders + other.orders)} />
        <Stat name={t('balance.privateAmount')} value={percent(own.amount, own.amount + other.amount)} />
        <Stat name={t('balance.privateBuyers')} value={<PeopleNumber value={own.buyers} onClick={() => people('private')} />} />
        <Stat name={t('balance.publicBuyers')} value={<PeopleNumber value={other.buyers} onClick={() => people('public')} />} />
        <Stat name={`${t('balance.private')} · ${t('balance.amount')}`} value={<Amount value={own.amount} currency={result.currency} />} />
        <Stat name={`${t('balance.public')} · ${t('balance.amount')}`} value={<Amount value={other.amount} currency={result.currency} />} />
      </Stats>
    </Section>
  )
}

function OverTime({ document, result, drill }: BalanceProps) {
  const { t } = useText()
  const interval = textOf(document.interval, 'week')
  const labels = result.intervals.map(({ start }) => intervalLabel(start, interval))
  return (
    <Section>
      <Chart
        title={t('balance.overTime')}
        unit={t('balance.overTimeUnit')}
        note={t('balance.overTimeNote')}
        data={{
          kind: 'stack',
          labels,
          series: [
            { name: t('balance.private'), values: result.intervals.map((one) => one.private.orders), color: 0 },
            { name: t('balance.public'), values: result.intervals.map((one) => one.public.orders), color: 4 },
          ],
        }}
        onPick={(bucket) =>
          drill({
            title: t('balance.buyersAt', { start: labels[bucket] ?? '' }),
            report: change(document, { persons: { domain: 'private', bucket } }),
          })
        }
      />
    </Section>
  )
}
