import { Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import { behind, type ReviewProps, subjectOf } from '#console/reviews/props.ts'
import { Amount } from '#console/trade/amount.tsx'
import { CsvButton } from '#console/trade/csv-button.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { type Column, Figures } from '#console/value/table.tsx'
import type { ReviewRow } from '#insight/reports/review/schema.ts'
import { type ReviewSubject, subjects } from '#insight/reports/review/subjects.ts'

type Shown = Column<ReviewRow> & { plain: (row: ReviewRow) => string | number | null }

/** Every session, activity, distributor or group in a row, the one that brought most first. */
export function Ranking(props: ReviewProps) {
  const { t, language } = useText()
  const { rows, found, currency } = props.result
  const of = subjectOf(props)
  const people = (title: string, key: string, count: (row: ReviewRow) => number): Shown => ({
    title,
    right: true,
    plain: count,
    cell: (row) => (
      <PeopleNumber value={count(row)} onClick={() => behind(props, t('reviews.behind', { name: row.name, act: title }), key, row.key)} />
    ),
  })
  const columns: Shown[] = [
    { title: t('reviews.name'), plain: ({ name }) => name, cell: ({ name }) => name },
    ...subjects[of].acts.map((act) => people(act[language], act.key, ({ acts }) => acts[act.key]?.persons ?? 0)),
    people(t('reviews.befriended'), 'befriended', ({ befriended }) => befriended),
    people(t('reviews.buyers'), 'bought', ({ buyers }) => buyers),
    { title: t('reviews.orders'), right: true, plain: ({ orders }) => orders, cell: ({ orders }) => exactNumber(orders) },
    money(t('reviews.net'), currency, ({ net }) => net),
    ...ownColumns(of, currency, t),
  ]
  return (
    <Section
      flush
      title={t('reviews.ranking')}
      note={t('reviews.rankingNote')}
      actions={
        <CsvButton
          name={`${t('reviews.title')} ${t(`reviews.subjects.${of}`)}`}
          head={columns.map(({ title }) => title)}
          rows={rows.map((row) => columns.map(({ plain }) => plain(row)))}
        />
      }
    >
      <Figures rows={rows} keyOf={({ key }) => key} columns={columns} />
      {found > rows.length && <p className="note">{t('reviews.more', { count: exactNumber(found - rows.length) })}</p>}
    </Section>
  )
}

const money = (title: string, currency: string, value: (row: ReviewRow) => number | null, unknown?: string): Shown => ({
  title,
  right: true,
  plain: value,
  cell: (row) => (value(row) === null ? <Missing why={unknown} /> : <Amount value={value(row)} currency={currency} />),
})

const Missing = ({ why }: { why?: string | undefined }): ReactNode => <Tooltip title={why}>—</Tooltip>

/** What only live sessions, distributors or activities have. */
function ownColumns(of: ReviewSubject, currency: string, t: Translate): Shown[] {
  const commission = (read: (sums: NonNullable<ReviewRow['commission']>) => number) => (row: ReviewRow) =>
    row.commission ? read(row.commission) : null
  switch (of) {
    case 'live':
      return [
        {
          title: t('reviews.seconds'),
          right: true,
          plain: ({ seconds }) => seconds?.median ?? null,
          cell: ({ seconds }) => (seconds ? watchText(seconds.median, t) : '—'),
        },
      ]
    case 'distribution':
      return [
        money(
          t('reviews.accrued'),
          currency,
          commission(({ accrued }) => accrued),
        ),
        money(
          t('reviews.paid'),
          currency,
          commission(({ paid }) => paid),
        ),
        money(
          t('reviews.clawedBack'),
          currency,
          commission(({ clawedBack }) => clawedBack),
        ),
        money(
          t('reviews.due'),
          currency,
          commission(({ accrued, paid, clawedBack }) => accrued - paid - clawedBack),
        ),
        {
          title: t('reviews.team'),
          right: true,
          plain: ({ team }) => (team ? team.direct + team.indirect : null),
          cell: ({ team }) => (team && team.direct > 0 ? t('reviews.teamText', team) : '—'),
        },
      ]
    case 'activity':
      return [
        money(t('reviews.cost'), currency, ({ cost }) => cost, t('reviews.costUnknown')),
        {
          title: t('reviews.roi'),
          right: true,
          plain: (row) => roiOf(row),
          cell: (row) => roiOf(row)?.toFixed(2) ?? <Missing why={t('reviews.costUnknown')} />,
        },
      ]
    case 'community':
      return []
  }
}

const roiOf = ({ net, cost }: ReviewRow): number | null => (cost === null || cost === 0 ? null : net / cost)

const watchText = (seconds: number, t: Translate): string =>
  t('reviews.secondsText', { minutes: Math.floor(seconds / 60), seconds: Math.round(seconds % 60) })
