import { Link } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { usePartText } from '#console/scores/part-text.ts'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { Person, useNames } from '#console/value/named.tsx'
import { Figures } from '#console/value/table.tsx'
import { partsOf, type ScorePart } from '#insight/reports/score/rules.ts'
import type { ScoreResult } from '#insight/reports/score/schema.ts'

type Props = ResultProps<ScoreResult>
type Row = ScoreResult['rows'][number]

/** The mean with its run, how it is spread, what it is made of, and whose it is. */
export function ScoreResultView(props: Props) {
  const { t } = useText()
  const { score, customers, mean, trend, rows } = props.result
  if (customers === 0)
    return (
      <Section>
        <Empty title={t('scores.none')} hint={t(`scores.noneHint.${score}`)} />
      </Section>
    )
  return (
    <>
      <Section>
        <Stats>
          <Stat
            name={`${t(`scores.kinds.${score}`)} · ${t('scores.mean')}`}
            value={<span className="figure">{points(mean)}</span>}
            hint={t(`scores.note.${score}`)}
          />
          <Stat name={t('scores.customers')} value={<Count value={customers} />} />
        </Stats>
        {trend && (
          <Chart
            title={t('scores.trend')}
            unit={t('scores.points')}
            data={{
              kind: 'line',
              labels: trend.map(({ day }) => day.slice(5)),
              series: [{ name: t(`scores.kinds.${score}`), values: trend.map((one) => one.mean) }],
              format: (value) => value.toFixed(1),
            }}
          />
        )}
      </Section>
      <Bands {...props} />
      <Parts {...props} />
      {rows.length > 0 && <People {...props} />}
    </>
  )
}

const points = (value: number | null): string => (value === null ? '—' : value.toFixed(1))

function Bands({ document, result, drill }: Props) {
  const { t } = useText()
  const { bands, score } = result
  const open = (index: number) => {
    const band = bands[index]
    if (!band || band.count === 0) return
    const title = `${t(`scores.kinds.${score}`)} ${band.from}–${band.to}`
    drill({
      title,
      report: change(document, { trend: undefined, byEmployee: undefined, limit: 0, persons: { from: band.from, to: band.to } }),
    })
  }
  return (
    <Section>
      <Chart
        title={t('scores.bands')}
        unit={t('scores.people')}
        note={t('scores.bandsNote')}
        onPick={open}
        data={{
          kind: 'bar',
          labels: bands.map(({ from, to }) => `${from}–${to}`),
          series: [{ name: t('scores.customers'), values: bands.map(({ count }) => count) }],
        }}
      />
    </Section>
  )
}

/** Which source a part waits for. */
const feeds: Partial<Record<ScorePart, 'talk' | 'content' | 'groups' | 'referrals' | 'nps' | 'onTime'>> = {
  turns: 'talk',
  replies: 'talk',
  content: 'content',
  groups: 'groups',
  referrals: 'referrals',
  nps: 'nps',
  onTime: 'onTime',
}

function Parts({ result }: Props) {
  const { t } = useText()
  return (
    <Section flush title={t('scores.partsTitle')} note={t('scores.partsNote')}>
      <Figures
        rows={result.parts}
        keyOf={({ part }) => part}
        columns={[
          {
            title: t('scores.part'),
            cell: ({ part, fed }) => (
              <span className="row">
                {t(`scores.parts.${part as ScorePart}`)} {!fed && <Waiting part={part as ScorePart} />}
              </span>
            ),
          },
          { title: t('scores.weight'), right: true, cell: ({ weight }) => exactNumber(weight) },
          { title: t('scores.mean'), right: true, cell: ({ mean }) => points(mean) },
          {
            title: t('scores.known'),
            right: true,
            cell: ({ fed, known }) => (fed ? exactNumber(known) : '—'),
          },
        ]}
      />
    </Section>
  )
}

function Waiting({ part }: { part: ScorePart }) {
  const { t } = useText()
  const feed = feeds[part]
  return (
    <span className="row">
      <Badge tone="waiting">{t('scores.unfed')}</Badge>
      {feed && <span className="note">{t(`scores.feed.${feed}`)}</span>}
      {feed && feed !== 'onTime' && <Link to={feed === 'talk' ? '/archive' : '/events'}>{t('scores.connect')}</Link>}
    </span>
  )
}

const shown = 50

function People({ document, result }: Props) {
  const { t } = useText()
  const tell = usePartText()
  const rows = result.rows.slice(0, shown)
  const names = useNames(rows.map(({ person }) => person))
  const counted = partsOf[result.score].filter((part) => result.parts.some((one) => one.part === part && one.fed && one.weight > 0))
  return (
    <Section flush title={t(document.order === 'low' ? 'scores.worst' : 'scores.best')}>
      <Figures
        rows={rows}
        keyOf={({ person, employee }) => `${person} ${employee?.id ?? ''}`}
        columns={[
          { title: t('scores.customer'), cell: ({ person }) => <Person id={person} names={names} /> },
          ...(document.byEmployee ? [{ title: t('scores.employee'), cell: ({ employee }: Row) => employee?.name ?? '—' }] : []),
          { title: t('scores.score'), right: true, cell: ({ score }) => <b>{points(score)}</b> },
          ...counted.map((part) => ({
            title: t(`scores.parts.${part}`),
            right: true,
            cell: (row: Row) => <PartCell value={row.parts[part] ?? null} text={tell(part, row.facts)} />,
          })),
        ]}
      />
    </Section>
  )
}

function PartCell({ value, text }: { value: number | null; text: string }) {
  return value === null ? (
    <span className="mute">—</span>
  ) : (
    <span className="part" title={text} style={{ backgroundSize: `${value}% 100%` }}>
      {value.toFixed(0)}
    </span>
  )
}
