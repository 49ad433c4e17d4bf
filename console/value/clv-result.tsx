import { Alert } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { change, numberOf } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { Nothing } from '#console/trade/nothing.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Columns, Facts, Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Person, useNames } from '#console/value/named.tsx'
import { Figures } from '#console/value/table.tsx'
import type { ClvResult } from '#insight/reports/clv/schema.ts'

const shown = 20

/** What the buyers of today are expected to bring; where too few came again, why not, and what tells instead. */
export function ClvResultView(props: ResultProps<ClvResult>) {
  const { t } = useText()
  if (props.result.customers === 0) return <Nothing title={t('value.noBuyers')} hint={t('value.noBuyersHint')} />
  return props.result.refused ? <Refused result={props.result} /> : <Forecast {...props} />
}

function Refused({ result }: { result: ClvResult }) {
  const { t } = useText()
  const rows = result.education?.rows.slice(0, shown) ?? []
  const names = useNames(rows.map(({ person }) => person))
  const share = (value: number) => percent(value, 1)
  return (
    <>
      <Section>
        <Empty
          title={t('value.clvRefused')}
          hint={t('value.clvRefusedHint', {
            repeaters: exactNumber(result.repeaters),
            customers: exactNumber(result.customers),
            share: percent(result.repeaters, result.customers),
            needed: percent(result.refused?.needed ?? 0, 1),
          })}
        />
      </Section>
      <Section flush title={t('value.education')} note={t('value.educationNote', { days: result.education?.windowDays ?? 0 })}>
        <Figures
          rows={rows}
          keyOf={({ person }) => person}
          columns={[
            { title: t('value.customer'), cell: ({ person }) => <Person id={person} names={names} /> },
            { title: t('value.intent'), right: true, cell: ({ intent }) => share(intent) },
            { title: t('value.engagement'), right: true, cell: ({ engagement }) => share(engagement) },
            { title: t('value.referral'), right: true, cell: ({ referral }) => share(referral) },
            { title: t('value.score'), right: true, cell: ({ value }) => value.toFixed(1) },
          ]}
        />
      </Section>
    </>
  )
}

function Forecast({ document, result, drill }: ResultProps<ClvResult>) {
  const { t } = useText()
  const { forecast, currency, alive, spend } = result
  const rate = percent(numberOf(document.discountRate, 0.1), 1)
  const bands = alive.map(({ from, to }) => `${from * 100}–${Math.round(to * 100)}%`)
  return (
    <>
      <Edges result={result} />
      <Section title={t('value.clvAhead', { count: numberOf(document.horizon, 52) })}>
        <Stats>
          <Stat name={t('value.clvExpected')} value={exactNumber(Math.round(forecast?.expected ?? 0))} />
          <Stat
            name={t('value.clvValue')}
            hint={t('value.clvValueHint', { rate })}
            value={<Amount value={forecast?.clv} currency={currency} />}
          />
          <Stat name={t('value.clvMean')} value={<Amount value={spend?.populationMean} currency={currency} />} />
          <Stat name={t('value.clvRepeat')} value={percent(result.repeaters, result.customers)} />
        </Stats>
      </Section>
      <Columns shares={[3, 2]}>
        <Section>
          <Chart
            title={t('value.clvAlive')}
            unit={t('value.people')}
            note={t('value.clvAliveNote')}
            height={260}
            data={{ kind: 'bar', labels: bands, series: [{ name: t('value.customers'), values: alive.map(({ customers }) => customers) }] }}
            onPick={(band) =>
              drill({ title: `${t('value.clvAlive')} ${bands[band]}`, report: change(document, { rows: undefined, persons: { band } }) })
            }
          />
        </Section>
        <Check result={result} />
      </Columns>
      <Top result={result} />
    </>
  )
}

/** A fit that ended at an edge still gives numbers, which look like knowledge: what it could not tell stands above them. */
function Edges({ result: { params } }: { result: ClvResult }) {
  const { t } = useText()
  if (!params || (params.converged && params.edges.length === 0)) return null
  return (
    <Alert
      type="warning"
      showIcon
      title={t('value.clvEdge')}
      description={
        <>
          {params.edges.map((edge) => (
            <div key={edge}>{t(`value.clvEdges.${edge}`)}</div>
          ))}
          <div>{t('value.clvUnsure')}</div>
        </>
      }
    />
  )
}

/** Whether the forecast can be believed, and what it is made of. */
function Check({ result }: { result: ClvResult }) {
  const { t } = useText()
  const { validation, params, spend } = result
  const difference = validation && validation.actual > 0 ? (validation.expected / validation.actual - 1) * 100 : undefined
  const model = [
    ...(params ? [`r ${params.r.toFixed(3)}`, `α ${params.alpha.toFixed(3)}`, `a ${params.a.toFixed(3)}`, `b ${params.b.toFixed(3)}`] : []),
    ...(spend ? [`p ${spend.p.toFixed(2)}`, `q ${spend.q.toFixed(2)}`, `v ${spend.v.toFixed(2)}`] : []),
  ]
  return (
    <Section title={t('value.clvCheck')} note={t('value.clvCheckNote')}>
      <Facts
        items={[
          { name: t('value.clvCut'), value: result.calibrationEnd },
          {
            name: t('value.clvCheck'),
            value: validation
              ? t('value.clvCheckText', {
                  expected: exactNumber(Math.round(validation.expected)),
                  actual: exactNumber(validation.actual),
                  difference: difference === undefined ? '—' : `${difference > 0 ? '+' : '−'}${Math.abs(difference).toFixed(1)}%`,
                }) + (validation.complete ? '' : ` · ${t('value.clvCheckOpen', { units: exactNumber(validation.units) })}`)
              : t('value.clvNoCheck'),
          },
          { name: t('value.clvModel'), value: <span className="note">{model.join(' · ')}</span> },
        ]}
      />
    </Section>
  )
}

function Top({ result }: { result: ClvResult }) {
  const { t } = useText()
  const rows = result.rows?.slice(0, shown) ?? []
  const names = useNames(rows.map(({ person }) => person))
  if (rows.length === 0) return null
  return (
    <Section flush title={t('value.clvTop')} note={t('value.clvTopNote', { count: rows.length })}>
      <Figures
        rows={rows}
        keyOf={({ person }) => person}
        columns={[
          { title: t('value.customer'), cell: ({ person }) => <Person id={person} names={names} /> },
          { title: t('value.repeats'), right: true, cell: ({ frequency }) => frequency },
          { title: t('value.clvAlive'), right: true, cell: ({ pAlive }) => percent(pAlive, 1) },
          { title: t('value.expected'), right: true, cell: ({ expected }) => expected.toFixed(2) },
          {
            title: t('value.clvMean'),
            right: true,
            cell: ({ expectedValue }) => <Amount value={expectedValue} currency={result.currency} />,
          },
          { title: t('value.worth'), right: true, cell: ({ clv }) => <Amount value={clv} currency={result.currency} /> },
        ]}
      />
    </Section>
  )
}
