import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { change, textOf } from '#console/reports/document.ts'
import { intervalLabel } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, percent, todayIn } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { PageFigures, PagesResult, pagePersons } from '#insight/reports/pages/schema.ts'

type Behind = (typeof pagePersons)[number]
type Props = ResultProps<PagesResult>

/** Every number of people opens them; a page opens its heat map. */
export function PagesResultView({ document, result, drill }: Props) {
  const { t } = useText()
  if (result.rows.length === 0)
    return (
      <Section>
        <Empty title={t('pages.none')} hint={t('pages.noneHint')} action={<Connect />} />
      </Section>
    )
  return (
    <>
      <Totals document={document} result={result} drill={drill} />
      {result.trend && <Trend document={document} trend={result.trend} />}
      <Rows document={document} result={result} drill={drill} />
    </>
  )
}

const Connect = () => {
  const { t } = useText()
  return (
    <p className="row">
      <Link to="/events" search={{ view: 'code' }}>
        {t('pages.connect')}
      </Link>
      <Link to="/imports/new" search={{ kind: 'events' }}>
        {t('pages.import')}
      </Link>
    </p>
  )
}

function Totals({ document, result: { total }, drill }: Props) {
  const { t } = useText()
  const people = (of: Behind, value: number) => (
    <People of={of} count={value} title={t(`pages.behind.${of}`)} document={document} drill={drill} />
  )
  return (
    <Stats>
      <Stat name={t('pages.visitors')} hint={t('pages.hints.visitors')} value={people('visitors', total.visitors)} />
      <Stat name={t('pages.views')} value={<Count value={total.views} />} />
      <Stat name={t('pages.visits')} hint={t('pages.hints.visits')} value={<Count value={total.visits} />} />
      <Stat
        name={t('pages.clickersPerVisitor')}
        hint={t('pages.hints.clickersPerVisitor')}
        value={percent(total.clickers, total.visitors)}
      />
      <Stat name={t('pages.bounceRate')} hint={t('pages.hints.bounceRate')} value={percent(total.bounces, total.entries)} />
      <Stat name={t('pages.medianStay')} hint={t('pages.hints.medianStay')} value={<Stay seconds={total.medianStaySeconds} />} />
    </Stats>
  )
}

function Trend({ document, trend }: { document: Props['document']; trend: NonNullable<PagesResult['trend']> }) {
  const { t } = useText()
  const { timezone } = useTenant()
  return (
    <Section>
      <Chart
        title={t('pages.trend')}
        height={240}
        data={{
          kind: 'line',
          incomplete: textOf(document.dateTo) >= todayIn(timezone),
          labels: trend.intervals.map((start) => intervalLabel(start, textOf(document.interval, 'day'))),
          series: [
            { name: t('pages.views'), values: trend.rows.map(({ views }) => views) },
            { name: t('pages.visitors'), values: trend.rows.map(({ visitors }) => visitors) },
            { name: t('pages.clickers'), values: trend.rows.map(({ clickers }) => clickers) },
          ],
        }}
      />
    </Section>
  )
}

function Rows({ document, result, drill }: Props) {
  const { t } = useText()
  const by = document.by === 'source' || document.by === 'device' ? document.by : 'page'
  const more = result.values - result.rows.length
  return (
    <Section flush title={t(`pages.bys.${by}`)} {...(more > 0 ? { note: t('pages.more', { count: more }) } : {})}>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t(`pages.heads.${by}`)}</th>
              {columns.map((key) => (
                <th key={key} scope="col" className="right" title={t(`pages.hints.${key}`)}>
                  {t(`pages.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.rows.map((row) => (
              <tr key={row.value}>
                <th scope="row">
                  <Named by={by} value={row.value} document={document} />
                </th>
                {columns.map((key) => (
                  <td key={key} className="right figure">
                    {cells[key](row, (of, count) => (
                      <People
                        of={of}
                        count={count}
                        title={`${t(`pages.behind.${of}`)} · ${row.value}`}
                        document={document}
                        drill={drill}
                        value={row.value}
                      />
                    ))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

function Named({ by, value, document }: { by: 'page' | 'source' | 'device'; value: string; document: Props['document'] }) {
  const { t } = useText()
  if (by === 'device') return value in deviceNames ? t(`pages.devices.${value as keyof typeof deviceNames}`) : value
  if (by === 'source') return value === 'direct' ? t('pages.direct') : value
  return (
    <Link
      to="/pages/heatmap"
      search={{ page: value, from: textOf(document.dateFrom), to: textOf(document.dateTo) }}
      title={t('pages.toHeatmap')}
    >
      {value}
    </Link>
  )
}

export const deviceNames = { phone: true, tablet: true, desktop: true, unknown: true }

type Behinds = (of: Behind, count: number) => ReactNode
const columns = [
  'visitors',
  'views',
  'clicks',
  'clickersPerVisitor',
  'clicksPerView',
  'bounceRate',
  'exitRate',
  'jumpRate',
  'medianStay',
] as const

const cells: Record<(typeof columns)[number], (row: PageFigures, behind: Behinds) => ReactNode> = {
  visitors: (row, behind) => behind('visitors', row.visitors),
  views: (row) => <Count value={row.views} />,
  clicks: (row) => <Count value={row.clicks} />,
  clickersPerVisitor: (row, behind) => <Rate of={row.clickers} among={row.visitors} people={behind('clickers', row.clickers)} />,
  clicksPerView: (row) => percent(row.clicks, row.views),
  bounceRate: (row, behind) => <Rate of={row.bounces} among={row.entries} people={behind('bounced', row.bounces)} />,
  exitRate: (row, behind) => <Rate of={row.exits} among={row.views} people={behind('exited', row.exits)} />,
  jumpRate: (row, behind) => <Rate of={row.jumps} among={row.visits} people={behind('jumped', row.jumps)} />,
  medianStay: (row) => <Stay seconds={row.medianStaySeconds} />,
}

/** The rate as text, and the count of it that opens its people. */
const Rate = (props: { of: number; among: number; people: ReactNode }) => (
  <span className="rate">
    {percent(props.of, props.among)} <small className="mute">{props.of > 0 && props.people}</small>
  </span>
)

function People(props: { of: Behind; count: number; title: string; value?: string; document: Props['document']; drill: Props['drill'] }) {
  if (props.count === 0) return <>0</>
  const persons = { of: props.of, ...(props.value === undefined ? {} : { value: props.value }) }
  return (
    <button
      type="button"
      className="number-button"
      onClick={() => props.drill({ title: props.title, report: change(props.document, { persons, interval: undefined }) })}
    >
      {exactNumber(props.count)}
    </button>
  )
}

export function Stay({ seconds }: { seconds: number | null }) {
  const { t } = useText()
  if (seconds === null) return <span className="mute">—</span>
  const whole = Math.round(seconds)
  return (
    <>
      {whole < 60 ? t('pages.seconds', { seconds: whole }) : t('pages.minutes', { minutes: Math.floor(whole / 60), seconds: whole % 60 })}
    </>
  )
}
