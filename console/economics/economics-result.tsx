import { Link } from '@tanstack/react-router'
import { ChannelTable, type Choosing } from '#console/economics/channel-table.tsx'
import { FriendRetention } from '#console/economics/friend-retention.tsx'
import { Payback, timesText } from '#console/economics/payback.tsx'
import { PaybackCurve } from '#console/economics/payback-curve.tsx'
import { useText } from '#console/i18n/i18n.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { EconomicsResult } from '#insight/reports/economics/schema.ts'

export type EconomicsProps = ResultProps<EconomicsResult>

/** `chosen`: whose curve is drawn; `none` is whoever came through no channel. */
export function EconomicsResultView(props: EconomicsProps & Choosing) {
  const { t } = useText()
  const { result, chosen } = props
  if (result.rows.length === 0) return <Nothing />
  const row = result.rows.find(({ channel }) => (channel ?? 'none') === chosen)
  return (
    <>
      <Headline result={result} />
      <ChannelTable {...props} />
      <PaybackCurve
        result={result}
        figures={row ?? result.total}
        name={row ? (row.name ?? t('economics.noChannel')) : t('economics.total')}
      />
      <FriendRetention {...props} />
    </>
  )
}

function Nothing() {
  const { t } = useText()
  return (
    <Section>
      <Empty
        title={t('economics.empty')}
        hint={t('economics.emptyHint')}
        action={
          <Row>
            <ButtonLink type="primary" to="/live-codes">
              {t('economics.toCodes')}
            </ButtonLink>
            <ButtonLink to="/imports/new">{t('economics.importSpend')}</ButtonLink>
          </Row>
        }
      />
    </Section>
  )
}

function Headline({ result }: { result: EconomicsResult }) {
  const { t } = useText()
  const { total, currency } = result
  return (
    <Section>
      <Stats>
        <Stat name={t('economics.spend')} value={<Amount value={total.spend} currency={currency} />} />
        <Stat name={t('economics.newCustomers')} value={<Count value={total.newCustomers} />} />
        <Stat name={t('economics.costPerAdd')} value={<Amount value={total.costPerAdd} currency={currency} />} />
        <Stat name={t('economics.cac')} value={<Amount value={total.cac} currency={currency} />} />
        <Stat name={t('economics.revenue')} value={<Amount value={total.revenue} currency={currency} />} />
        <Stat name={t('economics.roi')} hint={t('economics.roiHint')} value={timesText(total.roi)} />
        <Stat name={t('economics.payback')} value={<Payback figures={total} />} />
      </Stats>
      {total.payback === 'no_spend' && (
        <p className="note">
          {t('economics.noSpends')} <Link to="/imports/new">{t('economics.importSpend')}</Link>
        </p>
      )}
    </Section>
  )
}
