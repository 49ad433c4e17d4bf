import { Segmented } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { numberOf } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { shareText } from '#console/trade/amount.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import type { ProductsResult } from '#insight/reports/products/schema.ts'

type Props = ResultProps<ProductsResult> & { onWindow?: (days: number) => void }

/** Three steps by people; those who stopped on the way open as a list. */
export function InterestFunnel({ document, drill, result, onWindow }: Props) {
  const { t } = useText()
  const windowDays = numberOf(document.windowDays, 7)
  if (!result.tracked) return <Untracked />
  const { totals } = result
  const steps = [
    { name: t('products.viewers'), count: totals.viewers, of: 'viewers', lost: 'viewed_not_bought', lostName: t('products.notBoughtView') },
    { name: t('products.carted'), count: totals.carted, of: 'carted', lost: 'carted_not_bought', lostName: t('products.notBoughtCart') },
    { name: t('products.bought'), count: Math.round((totals.viewToOrder ?? 0) * totals.viewers) },
  ]
  const people = (of: string, name: string) => drill({ title: t('trade.peopleOf', { name }), report: { ...document, persons: { of } } })
  const rates = [undefined, totals.viewToCart, totals.viewToOrder]
  return (
    <Section
      title={t('products.funnel')}
      note={t('products.funnelNote', { days: windowDays, open: exactNumber(totals.open) })}
      actions={
        onWindow && (
          <Segmented
            aria-label={t('products.windowDays')}
            value={windowDays}
            onChange={onWindow}
            options={[1, 7, 30].map((value) => ({ value, label: t('products.daysOf', { count: value }) }))}
          />
        )
      }
    >
      <ol className="funnel">
        {steps.map(({ name, count, of, lost, lostName }, i) => (
          <li key={name}>
            <div className="funnel-name">
              <span className="matcher-name">{i + 1}</span>
              <span>{name}</span>
              {i > 0 && (
                <span className="note figure">
                  {t(i === 1 ? 'products.viewToCart' : 'products.viewToOrder')} <strong>{shareText(rates[i])}</strong>
                  {i === 2 && (
                    <>
                      {' '}
                      · {t('products.cartToOrder')} {shareText(totals.cartToOrder)}
                    </>
                  )}
                </span>
              )}
            </div>
            <div className="funnel-bar" aria-hidden="true">
              <span className="on" style={{ width: `${Math.min(100, (count / Math.max(1, totals.viewers)) * 100)}%` }} />
            </div>
            <div className="funnel-figures">
              <span>
                {of ? (
                  <button type="button" className="number-button" onClick={() => people(of, name)}>
                    <Count value={count} />
                  </button>
                ) : (
                  <Count value={count} />
                )}{' '}
                <span className="note">{t('trade.people')}</span>
              </span>
              {lost && (
                <button type="button" className="number-button note" onClick={() => people(lost, lostName)}>
                  {lostName}
                </button>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Section>
  )
}

function Untracked() {
  const { t } = useText()
  return (
    <Section title={t('products.funnel')}>
      <Empty
        title={t('products.untracked')}
        hint={t('products.untrackedHint')}
        action={
          <Row>
            <ButtonLink type="primary" to="/integrations">
              {t('products.connectEvents')}
            </ButtonLink>
            <ButtonLink to="/imports/new">{t('products.importEvents')}</ButtonLink>
          </Row>
        }
      />
    </Section>
  )
}
