import { AppstoreAddOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Skeleton } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { GroupCard } from '#console/tags/group-card.tsx'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { useSaveGroup, useTagGroups, useTagHealth } from '#console/tags/queries.ts'
import { Templates } from '#console/tags/templates.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { percent } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Page, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { TagChips } from '#console/ui/tag-chips.tsx'

export function TagsPage() {
  const { t } = useText()
  const groups = useTagGroups()
  const save = useSaveGroup()
  const [creating, setCreating] = useState(false)
  const [templates, setTemplates] = useState(false)
  const items = [...(groups.data?.items ?? [])].sort((a, b) => a.order - b.order)
  return (
    <Page
      title={t('tags.title')}
      note={t('tags.note')}
      actions={
        <Gate permission="tags.write">
          <Button icon={<AppstoreAddOutlined />} onClick={() => setTemplates(true)}>
            {t('tags.templates')}
          </Button>
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
            {t('tags.createGroup')}
          </Button>
        </Gate>
      }
    >
      {groups.error ? (
        <Section>
          <Problem error={groups.error} retry={() => void groups.refetch()} />
        </Section>
      ) : groups.isPending ? (
        <Section>
          <Skeleton active />
        </Section>
      ) : items.length === 0 ? (
        <Section>
          <Empty
            title={t('tags.none')}
            hint={t('tags.noneHint')}
            action={
              <Gate permission="tags.write">
                <Button type="primary" onClick={() => setTemplates(true)}>
                  {t('tags.templates')}
                </Button>
              </Gate>
            }
          />
        </Section>
      ) : (
        <Columns shares={[4, 1.4]}>
          <div className="stack">
            {items.map((group) => (
              <GroupCard key={group.id} group={group} all={items} />
            ))}
          </div>
          <Health />
        </Columns>
      )}
      <NameDrawer
        title={t('tags.createGroup')}
        label={t('tags.groupName')}
        open={creating}
        onClose={() => setCreating(false)}
        onSave={(name) => save.mutateAsync({ name })}
      />
      <Templates open={templates} onClose={() => setTemplates(false)} />
    </Page>
  )
}

function Health() {
  const { t } = useText()
  const health = useTagHealth()
  if (!health.data)
    return <Section title={t('tags.health')}>{health.error ? <Problem error={health.error} /> : <Skeleton active />}</Section>
  const { empty, overlapping, unused } = health.data
  const named = (tag: { id: string; name: string; group: string }) => ({ id: tag.id, name: `${tag.group} / ${tag.name}` })
  return (
    <Section title={t('tags.health')} note={t('tags.healthNote')}>
      {empty.length + overlapping.length + unused.length === 0 ? (
        <p>{t('tags.healthGood')}</p>
      ) : (
        <div className="stack">
          <Found name={t('tags.unused')} chips={empty.map(named)} />
          <Found
            name={t('tags.overlapping')}
            chips={overlapping.map(({ first, second, share }) => ({
              id: first.id + second.id,
              name: `${first.name} ≈ ${second.name} ${percent(share, 1)}`,
            }))}
          />
          <Found name={t('tags.stale')} chips={unused.map(named)} />
        </div>
      )}
    </Section>
  )
}

function Found({ name, chips }: { name: string; chips: { id: string; name: string }[] }) {
  if (chips.length === 0) return null
  return (
    <div className="stack tight">
      <span className="note">
        {name} · {chips.length}
      </span>
      <TagChips tags={chips} max={12} />
    </div>
  )
}
