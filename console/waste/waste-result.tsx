import { Link } from '@tanstack/react-router'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { percent } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { pointsText, Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { OpenAction, PauseAction } from '#console/waste/pause-action.tsx'
import type { WasteAmounts, WasteItem, WasteResult } from '#insight/reports/waste/schema.ts'

type Props = ResultProps<WasteResult>

export function WasteResultView(props: Props) {
  const { t } = useText()
  const { result } = props
  if (result.looked === 0)
    return (
      <Section>
        <Empty
          title={t('waste.empty')}
          hint={t('waste.emptyHint')}
          action={
            <Row>
              <ButtonLink type="primary" to="/imports/new">
                {t('waste.importSpend')}
              </ButtonLink>
              <ButtonLink to="/integrations">{t('waste.connect')}</ButtonLink>
            </Row>
          }
        />
      </Section>
    )
  const certain = result.items.filter(({ verdict }) => verdict === 'no_effect')
  return (
    <>
      <Section>
        <Stats>
          <Stat name={t('waste.looked')} value={<Count value={result.looked} />} />
          <Stat name={t('waste.found')} value={<Count value={result.items.length} />} />
          <Stat name={t('waste.noEffect')} value={<Count value={certain.length} />} />
          <Stat name={t('waste.wasted')} value={<Amounts value={result.wasted} currency={result.currency} others={result.otherWasted} />} />
        </Stats>
        {result.waiting.length > 0 && (
          <p className="note">
            {t('waste.waiting', { kinds: result.waiting.map((kind) => t(`waste.kinds.${kind}`)).join(t('ui.comma')) })}{' '}
            <Link to="/integrations">{t('waste.connect')}</Link>
          </p>
        )}
      </Section>
      {result.items.length === 0 ? (
        <Section>
          <Empty title={t('waste.none')} hint={t('waste.noneHint', { count: result.looked })} />
        </Section>
      ) : (
        <Items {...props} />
      )}
    </>
  )
}

function Items({ document, result, drill }: Props) {
  const { t } = useText()
  const isWeighed = result.items.some(({ kind, spend, otherSpend }) => kind !== 'channel' && (spend !== null || otherSpend.length > 0))
  const isTried = result.items.some(({ heldOut }) => heldOut > 0)
  return (
    <Section flush title={t('waste.table')} note={isWeighed ? `${t('waste.tableNote')}${t('waste.costNote')}` : t('waste.tableNote')}>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('waste.name')}</th>
              <th scope="col">{t('waste.kind')}</th>
              {(['spend', 'touched', 'views', 'closed'] as const).map((column) => (
                <th key={column} scope="col" className="right">
                  {t(`waste.${column}`)}
                </th>
              ))}
              {isTried && (
                <th scope="col" className="right">
                  {t('waste.lift')}
                </th>
              )}
              <th scope="col" className="right">
                {t('waste.power')}
              </th>
              <th scope="col">{t('waste.verdict')}</th>
              <th scope="col" aria-label={t('waste.pause')} />
            </tr>
          </thead>
          <tbody>
            {result.items.map((item) => (
              <tr key={`${item.kind} ${item.key}`}>
                <th scope="row">{item.name}</th>
                <td>{t(`waste.kinds.${item.kind}`)}</td>
                <td className="right">
                  <Amounts value={item.spend || null} currency={result.currency} others={item.otherSpend} />
                </td>
                <td className="right">
                  <PeopleNumber
                    value={item.touched}
                    onClick={() =>
                      drill({
                        title: t('waste.people', { name: item.name }),
                        report: change(document, { persons: { kind: item.kind, key: item.key } }),
                      })
                    }
                  />
                </td>
                <td className="right">
                  <Count value={item.views === 0 ? null : item.views} />
                </td>
                <td className="right">
                  <Count value={item.closed} />
                </td>
                {isTried && <td className="right figure">{liftText(item, t)}</td>}
                <td className="right figure">{percent(item.power, 1)}</td>
                <td className="wrap reading">
                  <Badge tone={item.verdict === 'no_effect' ? 'bad' : 'quiet'}>{t(`waste.verdicts.${item.verdict}`)}</Badge>
                  {item.verdict === 'too_little_data' && <StillToCome item={item} />}
                </td>
                <td className="right">{item.verdict === 'no_effect' ? <PauseAction item={item} /> : <OpenAction item={item} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

/** How many more it takes until something can be said, whether they are on their way, and since when it runs. */
function StillToCome({ item: { needed, open, since, overOn } }: { item: WasteItem }) {
  const { t } = useText()
  const isComing = needed !== null && open >= needed
  return (
    <>
      <div className="note">
        {needed === null ? t('waste.neededUnknown') : t('waste.needed', { count: needed })}
        {open > 0 && overOn !== null && ` ${t(isComing ? 'waste.comingEnough' : 'waste.coming', { count: open, day: overOn })}`}
      </div>
      {since !== null && <div className="note">{t('waste.since', { day: since })}</div>}
    </>
  )
}

/** One under the other: amounts of two currencies have no sum. */
function Amounts({ value, currency, others }: { value: number | null; currency: string; others: WasteAmounts }) {
  const shown = value === null && others.length > 0 ? others : [{ currency, amount: value }, ...others]
  return shown.map((one) => (
    <div key={one.currency}>
      <Amount value={one.amount} currency={one.currency} />
    </div>
  ))
}

function liftText({ lift, low, high }: WasteItem, t: Translate): string {
  if (lift === null || low === null || high === null) return '—'
  const signed = (share: number, text: string) => `${share < 0 ? '−' : '+'}${text}`
  const bare = (share: number) => signed(share, (Math.abs(share) * 100).toFixed(1))
  return `${signed(lift, pointsText(lift * 100, t))} (${bare(low)} … ${bare(high)})`
}
