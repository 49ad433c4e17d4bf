import { Tooltip } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { type AttributionModel, type AttributionResult, attributionModels } from '#insight/reports/attribution/schema.ts'

type Props = ResultProps<AttributionResult> & { byValue?: boolean }
type Line = AttributionResult['rows'][number]

export function AttributionResultView(props: Props) {
  const { t } = useText()
  const { conversions, withoutConversion, open } = props.result
  if (conversions + withoutConversion + open === 0)
    return (
      <Section>
        <Empty
          title={t('attribution.empty')}
          hint={t('attribution.emptyHint')}
          action={
            <Row>
              <ButtonLink type="primary" to="/imports/new">
                {t('attribution.import')}
              </ButtonLink>
              <ButtonLink to="/integrations">{t('attribution.connect')}</ButtonLink>
            </Row>
          }
        />
      </Section>
    )
  return (
    <>
      <Headline {...props} />
      <Comparison {...props} />
      <Touchpoints {...props} />
    </>
  )
}

function Headline({ result }: Props) {
  const { t } = useText()
  const alone = result.rows.find(({ touchpoint }) => touchpoint === null)
  const touched = result.conversions - (alone ? Math.max(...attributionModels.map((model) => alone[model] ?? 0)) : 0)
  return (
    <Section>
      <Stats>
        <Stat name={t('attribution.conversions')} value={<Count value={result.conversions} />} />
        {result.value !== null && (
          <Stat
            name={t('attribution.value')}
            value={result.currency ? <Amount value={result.value} currency={result.currency} /> : <Count value={result.value} />}
          />
        )}
        <Stat name={t('attribution.attributed')} hint={t('attribution.attributedHint')} value={percent(touched, result.conversions)} />
        <Stat name={t('attribution.lost')} value={<Count value={result.withoutConversion} />} />
        {result.base !== undefined && (
          <Stat
            name={t('attribution.base')}
            hint={t('attribution.baseHint')}
            value={result.base === null ? '—' : percent(result.base, 1)}
          />
        )}
      </Stats>
      {result.open > 0 && <p className="note">{t('attribution.open', { count: exactNumber(result.open) })}</p>}
      {result.cut > 0 && <p className="note">{t('attribution.cut', { count: exactNumber(result.cut) })}</p>}
    </Section>
  )
}

const isMoneyOf = ({ result, byValue = true }: Props): boolean => byValue && result.value !== null

const creditOf = (row: Line, model: AttributionModel, byValue: boolean): number | undefined => (byValue ? row.values?.[model] : row[model])

const askedModels = ({ result }: Props): AttributionModel[] => {
  const [row] = result.rows
  return attributionModels.filter((model) => row?.[model] !== undefined)
}

function useName(): (row: Line) => string {
  const { t } = useText()
  return ({ touchpoint, other }) => (touchpoint === null ? t('attribution.none') : other ? t('attribution.other') : touchpoint)
}

/** First, last and Markov say most side by side: who brings, who closes, who would be missed. */
function Comparison(props: Props) {
  const { t } = useText()
  const name = useName()
  const byValue = isMoneyOf(props)
  const asked = askedModels(props)
  const three = (['first', 'last', 'markov'] as const).filter((model) => asked.includes(model))
  const models = three.length > 1 ? three : asked.slice(0, 3)
  const top = [...props.result.rows]
    .filter(({ touchpoint }) => touchpoint !== null)
    .sort((a, b) => (creditOf(b, models.at(-1) ?? 'last', byValue) ?? 0) - (creditOf(a, models.at(-1) ?? 'last', byValue) ?? 0))
    .slice(0, 10)
  return (
    <Section>
      <Chart
        title={t('attribution.chart')}
        unit={byValue ? (props.result.currency ?? '') : t('attribution.conversions')}
        note={t('attribution.chartNote')}
        data={{
          kind: 'bar',
          labels: top.map(name),
          series: models.map((model) => ({
            name: t(`attribution.models.${model}`),
            values: top.map((row) => creditOf(row, model, byValue) ?? 0),
          })),
        }}
      />
    </Section>
  )
}

function Touchpoints(props: Props) {
  const { t } = useText()
  const name = useName()
  const models = askedModels(props)
  const byValue = isMoneyOf(props)
  const { result, document, drill } = props
  const people = (row: Line, of: 'touched' | 'converted') =>
    drill({
      title: t(of === 'touched' ? 'attribution.touchedPeople' : 'attribution.convertedPeople', { name: name(row) }),
      report: change(document, { persons: { ...(row.other ? { other: true } : { touchpoint: row.touchpoint }), of } }),
    })
  return (
    <Section flush title={t('attribution.table')} note={t('attribution.tableNote')}>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('attribution.name')}</th>
              <th scope="col" className="right">
                {t('attribution.touches')}
              </th>
              <th scope="col" className="right">
                {t('attribution.touched')}
              </th>
              <th scope="col" className="right">
                {t('attribution.converted')}
              </th>
              {models.map((model) => (
                <th key={model} scope="col" className="right">
                  <Tooltip title={t(`attribution.modelHints.${model}`)}>{t(`attribution.models.${model}`)}</Tooltip>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.rows.map((row) => (
              <tr key={row.touchpoint ?? ''}>
                <th scope="row">{row.touchpoint === null || row.other ? <span className="mute">{name(row)}</span> : row.touchpoint}</th>
                <td className="right">
                  <Count value={row.touchpoint === null ? null : row.touches} />
                </td>
                <td className="right">
                  {row.touchpoint === null ? (
                    <Count value={null} />
                  ) : (
                    <PeopleNumber value={row.touched} onClick={() => people(row, 'touched')} />
                  )}
                </td>
                <td className="right">
                  <PeopleNumber value={row.converted} onClick={() => people(row, 'converted')} />
                </td>
                {models.map((model) => (
                  <td key={model} className="right">
                    <Credit credit={creditOf(row, model, byValue)} currency={byValue ? result.currency : undefined} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
      <p className="note sheet-foot">{t('attribution.prove')}</p>
    </Section>
  )
}

function Credit({ credit, currency }: { credit: number | undefined; currency: string | undefined }) {
  if (currency) return <Amount exact value={credit} currency={currency} />
  return <span className="figure">{credit === undefined ? '—' : exactNumber(Math.round(credit * 10) / 10)}</span>
}
