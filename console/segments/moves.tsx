import { useNavigate } from '@tanstack/react-router'
import { Segmented, Skeleton } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { intervalLabel } from '#console/reports/labels.ts'
import { useSegmentFlow, useSegmentMoves } from '#console/segments/queries.ts'
import { Chart } from '#console/ui/chart.tsx'
import { DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section, Stack } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { When } from '#console/ui/when.tsx'
import type { Segment } from '#insight/segments/schema.ts'

/** How many came in and went out by day, and who it was and why. */
export function Moves({ segment }: { segment: Segment }) {
  return (
    <Stack>
      <Flow segment={segment} />
      <MoveList segment={segment} />
    </Stack>
  )
}

function Flow({ segment }: { segment: Segment }) {
  const { t } = useText()
  const flow = useSegmentFlow(segment.id)
  if (flow.error)
    return (
      <Section>
        <Problem error={flow.error} retry={() => void flow.refetch()} />
      </Section>
    )
  if (!flow.data)
    return (
      <Section>
        <Skeleton active />
      </Section>
    )
  const { days, askedAt } = flow.data
  return (
    <Section>
      <Chart
        title={t('segments.flow')}
        unit={t('segments.peopleUnit')}
        note={askedAt ? t('segments.flowNote') : t('segments.flowSoon')}
        data={{
          kind: 'line',
          labels: days.map(({ day }) => intervalLabel(day, 'day')),
          incomplete: true,
          series: [
            { name: t('segments.moves.members'), values: days.map(({ members }) => members) },
            { name: t('segments.moves.entered'), values: days.map(({ entered }) => entered) },
            { name: t('segments.moves.left'), values: days.map(({ left }) => left) },
          ],
        }}
      />
    </Section>
  )
}

const directions = ['all', 'entered', 'left'] as const

function MoveList({ segment }: { segment: Segment }) {
  const { t } = useText()
  const navigate = useNavigate()
  const [direction, setDirection] = useState<(typeof directions)[number]>('all')
  const moves = useSegmentMoves(segment.id, direction === 'all' ? undefined : direction)
  return (
    <Section
      flush
      title={t('segments.movesTitle')}
      actions={
        <Segmented
          aria-label={t('segments.movesTitle')}
          value={direction}
          onChange={setDirection}
          options={directions.map((value) => ({ value, label: t(`segments.moves.${value}`) }))}
        />
      }
    >
      <DataTable
        name="segment-moves"
        columns={[
          { key: 'customer', title: t('segments.moves.who'), phone: 'head', render: ({ customer }) => <PersonChip {...customer} /> },
          { key: 'direction', title: t('segments.moves.direction'), phone: 'aside', render: (row) => t(`segments.moves.${row.direction}`) },
          { key: 'why', title: t('segments.moves.why'), phone: 'note', render: (row) => t(`segments.whys.${row.why}`) },
          { key: 'at', title: t('segments.when'), phone: 'note', render: (row) => <When at={row.at} /> },
        ]}
        list={moves}
        empty={<Empty title={t('segments.noMoves')} hint={t('segments.noMovesHint')} />}
        href={({ customer }) => `/customers/${customer.id}`}
        open={({ customer }) => void navigate({ to: '/customers/$customerId', params: { customerId: customer.id } })}
      />
    </Section>
  )
}
