import { SettingOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Segmented, Skeleton } from 'antd'
import { useState } from 'react'
import { useColumn, useStages } from '#console/follow-ups/queries.ts'
import { StagesForm } from '#console/follow-ups/stages-form.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Page, Row, Section } from '#console/ui/page.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { When } from '#console/ui/when.tsx'
import type { FollowUpItem, Stage } from '#operation/follow-ups/schema.ts'

const route = getRouteApi('/app/follow-ups')

/** Everybody by stage, who was written about last on top. */
export function BoardPage() {
  const { t } = useText()
  const { whose, employee } = route.useSearch()
  const navigate = useNavigate({ from: '/follow-ups' })
  const [editing, setEditing] = useState(false)
  const asked = { whose: whose === 'team' ? 'team' : 'mine', employee }
  const stages = useStages(asked)
  return (
    <Page
      title={t('followUps.title')}
      note={t('followUps.note')}
      actions={
        <Gate permission="tasks.assign">
          <Button icon={<SettingOutlined />} onClick={() => setEditing(true)}>
            {t('followUps.editStages')}
          </Button>
        </Gate>
      }
    >
      <Row>
        <Segmented
          value={asked.whose}
          aria-label={t('followUps.whose')}
          onChange={(value) => void navigate({ search: { whose: value === 'team' ? 'team' : undefined } })}
          options={(['mine', 'team'] as const).map((value) => ({ value, label: t(`tasks.whoseTasks.${value}`) }))}
        />
      </Row>
      {whose === 'team' && <Whose employee={employee} />}
      <Awaited read={stages}>
        {({ items }) => (
          <>
            <Columns>
              {items.map((stage) => (
                <Column key={stage.id} stage={stage} asked={asked} />
              ))}
            </Columns>
            <StagesForm stages={items} open={editing} onClose={() => setEditing(false)} />
          </>
        )}
      </Awaited>
    </Page>
  )
}

function Whose({ employee }: { employee: string | undefined }) {
  const { t } = useText()
  const navigate = useNavigate({ from: '/follow-ups' })
  return (
    <FilterBar
      values={{ employee }}
      onChange={(change) => void navigate({ search: { whose: 'team', ...change }, replace: true, resetScroll: false })}
      filters={[{ kind: 'choice', key: 'employee', label: t('tasks.employee'), options: useEmployeeNames() }]}
    />
  )
}

function Column({ stage, asked }: { stage: Stage; asked: Record<string, string | undefined> }) {
  const { t } = useText()
  const list = useColumn(stage.id, asked)
  return (
    <Section title={`${stage.name} ${stage.count}`}>
      {list.loading ? (
        <Skeleton active paragraph={{ rows: 3 }} title={false} />
      ) : list.rows.length === 0 ? (
        <p className="note">{t('followUps.empty')}</p>
      ) : (
        <ul className="lines">
          {list.rows.map((one) => (
            <Card key={one.id} one={one} withEmployee={asked.whose === 'team'} />
          ))}
        </ul>
      )}
      {list.more && (
        <Button type="text" block loading={list.loadingMore} onClick={list.loadMore}>
          {t('ui.more')}
        </Button>
      )}
    </Section>
  )
}

function Card({ one, withEmployee }: { one: FollowUpItem; withEmployee: boolean }) {
  const { t } = useText()
  return (
    <li>
      <span className="person-text">
        <span className="person-name">
          <PersonLink {...one.customer} />
        </span>
        <span className="note">
          {one.nextAction ?? t('followUps.noNext')}
          {one.nextAt && ' · '}
          {one.nextAt && <When at={one.nextAt} />}
        </span>
        <span className="note">
          {withEmployee && `${one.employee.name} · `}
          {t('followUps.since')} <When at={one.stageSince} />
        </span>
      </span>
    </li>
  )
}
