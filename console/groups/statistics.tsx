import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useGroupStatistics } from '#console/groups/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { Columns, Row, Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { GroupDetail, GroupStatistics } from '#operation/groups/schema.ts'

const route = getRouteApi('/app/groups/$groupId')

/** Who came and went in a period. A way in or an inviter opens the members it counts. */
export function Statistics({ group }: { group: GroupDetail }) {
  const { t } = useText()
  const { from, to } = route.useSearch()
  const navigate = useNavigate({ from: '/groups/$groupId' })
  const { data, error, refetch } = useGroupStatistics(group.id, { dateFrom: from, dateTo: to })
  if (error && !data)
    return (
      <Section>
        <Problem error={error} retry={() => void refetch()} />
      </Section>
    )
  return (
    <>
      <Row>
        <Dates
          label={t('groups.period')}
          from={from ?? data?.dateFrom}
          to={to ?? data?.dateTo}
          required
          onChange={(from, to) => void navigate({ search: (search) => ({ ...search, from, to }), replace: true, resetScroll: false })}
        />
      </Row>
      <Stats>
        <Stat name={t('groups.present')} value={<Count value={group.customersCount} />} />
        <Stat name={t('groups.joined')} value={<Count value={data?.joined} />} />
        <Stat name={t('groups.left')} value={<Count value={data?.left} />} />
        <Stat name={t('groups.net')} value={<Count value={data && data.joined - data.left} />} />
      </Stats>
      {data ? (
        <>
          <Days data={data} />
          <Columns shares={[1, 1]}>
            <Scenes data={data} />
            <Inviters data={data} />
          </Columns>
        </>
      ) : (
        <Section>
          <Skeleton active paragraph={{ rows: 6 }} />
        </Section>
      )}
    </>
  )
}

function Days({ data }: { data: GroupStatistics }) {
  const { t } = useText()
  return (
    <Section>
      <Chart
        title={t('groups.byDay')}
        unit={t('groups.people')}
        height={220}
        data={{
          kind: 'bar',
          labels: data.days.map(({ day }) => day.slice(5)),
          series: [
            { name: t('groups.joined'), values: data.days.map(({ joined }) => joined), color: 0 },
            { name: t('groups.left'), values: data.days.map(({ left }) => left), color: 1 },
          ],
        }}
      />
    </Section>
  )
}

function Scenes({ data }: { data: GroupStatistics }) {
  const { t } = useText()
  const show = useShow()
  return (
    <Joins
      title={t('groups.byScene')}
      head={t('groups.scene')}
      rows={data.scenes.map(({ scene, joined, stayed }) => ({
        key: scene ?? 'unknown',
        name: t(`groups.scenes.${scene ?? 'unknown'}`),
        joined,
        stayed,
        open: () => show({ scene: scene ?? 'unknown', inviter: undefined }),
      }))}
    />
  )
}

function Inviters({ data }: { data: GroupStatistics }) {
  const { t } = useText()
  const show = useShow()
  return (
    <Joins
      title={t('groups.byInviter')}
      head={t('groups.inviter')}
      rows={data.inviters.map(({ inviter, joined, stayed }) => ({
        key: inviter?.id ?? '',
        name: inviter?.name ?? <span className="mute">{t('groups.nobodyInvited')}</span>,
        joined,
        stayed,
        open: inviter ? () => show({ inviter: inviter.id, scene: undefined }) : undefined,
      }))}
    />
  )
}

/** As a step of its own, so that going back shows the whole list again. */
function useShow() {
  const navigate = useNavigate({ from: '/groups/$groupId' })
  return (change: { scene?: string | undefined; inviter?: string | undefined }) =>
    void navigate({ search: (search) => ({ ...search, view: undefined, ...change }), resetScroll: false })
}

type JoinRow = { key: string; name: ReactNode; joined: number; stayed: number; open?: (() => void) | undefined }

function Joins({ title, head, rows }: { title: string; head: string; rows: JoinRow[] }) {
  const { t } = useText()
  if (rows.length === 0)
    return (
      <Section title={title}>
        <p className="note">{t('groups.noJoins')}</p>
      </Section>
    )
  return (
    <Section title={title} flush>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th>{head}</th>
              <th className="right">{t('groups.joined')}</th>
              <th className="right">{t('groups.stayed')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <td>{row.name}</td>
                <td className="right figure">{row.joined}</td>
                <td className="right figure">
                  {row.open ? (
                    <button type="button" className="number-button" onClick={row.open}>
                      {row.stayed}
                    </button>
                  ) : (
                    row.stayed
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}
