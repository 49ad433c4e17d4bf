import { PlusOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { type Tag, type TagGroup, useDeleteGroup, useDeleteTag, useSaveGroup, useSaveTag } from '#console/tags/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { MoreMenu } from '#console/ui/more-menu.tsx'
import { Section } from '#console/ui/page.tsx'

export function GroupCard(props: { group: TagGroup; all: TagGroup[] }) {
  const { t } = useText()
  const { group } = props
  const may = useMay()('tags.write')
  const [form, setForm] = useState<'group' | 'tag'>()
  const saveGroup = useSaveGroup()
  const saveTag = useSaveTag()
  const tags = [...group.tags].sort((a, b) => a.order - b.order)
  return (
    <Section
      title={group.name}
      note={`${t(`tags.source.${group.source}`)} · ${t('tags.tagCount', { count: group.tags.length })}`}
      actions={may && <GroupActions {...props} onAdd={() => setForm('tag')} onEdit={() => setForm('group')} />}
    >
      {tags.length === 0 && <p className="note">{t('tags.emptyGroup')}</p>}
      <ul className="tag-list">
        {tags.map((tag) => (
          <TagItem key={tag.id} tag={tag} all={tags} may={may} />
        ))}
      </ul>
      <NameDrawer
        title={t('tags.editGroup')}
        label={t('tags.groupName')}
        open={form === 'group'}
        initial={group.name}
        onClose={() => setForm(undefined)}
        onSave={(name) => saveGroup.mutateAsync({ id: group.id, name })}
      />
      <NameDrawer
        title={t('tags.addTo', { group: group.name })}
        label={t('tags.tagName')}
        max={30}
        open={form === 'tag'}
        onClose={() => setForm(undefined)}
        onSave={(name) => saveTag.mutateAsync({ groupId: group.id, name })}
      />
    </Section>
  )
}

function GroupActions(props: { group: TagGroup; all: TagGroup[]; onAdd: () => void; onEdit: () => void }) {
  const { t } = useText()
  const { group, all } = props
  const run = useRun()
  const confirm = useConfirm()
  const save = useSaveGroup()
  const remove = useDeleteGroup()
  const move = (step: number) => run(() => Promise.all(moved(all, group.id, step).map((change) => save.mutateAsync(change))))
  const acts: Acts = {
    edit: props.onEdit,
    up: () => move(-1),
    down: () => move(1),
    delete: () =>
      confirm({
        title: t('tags.deleteGroup', { name: group.name }),
        effect: t('tags.deleteGroupEffect', {
          tags: group.tags.length,
          customers: exactNumber(group.tags.reduce((sum, tag) => sum + tag.customers, 0)),
        }),
        act: t('tags.deleteAct'),
        danger: true,
        run: () => remove.mutateAsync(group.id),
      }),
  }
  return (
    <>
      <Button icon={<PlusOutlined />} onClick={props.onAdd}>
        {t('tags.createTag')}
      </Button>
      <ActMenu name={group.name} acts={acts} first={all[0]?.id === group.id} last={all.at(-1)?.id === group.id} />
    </>
  )
}

/** Everything gets its place in the list as its order: what came from elsewhere may share a number or leave gaps. */
function moved(all: { id: string; order: number }[], id: string, step: number): { id: string; order: number }[] {
  const at = all.findIndex((one) => one.id === id)
  const list = all.filter((one) => one.id !== id)
  list.splice(at + step, 0, ...all.slice(at, at + 1))
  return list.flatMap((one, order) => (one.order === order ? [] : [{ id: one.id, order }]))
}

type Acts = Record<'edit' | 'up' | 'down' | 'delete', () => unknown>

function ActMenu(props: { name: string; acts: Acts; first: boolean; last: boolean; small?: boolean }) {
  const { t } = useText()
  const { name, acts, first, last, small = false } = props
  return (
    <MoreMenu
      of={name}
      small={small}
      items={[
        { key: 'edit', label: t('ui.edit'), onClick: acts.edit },
        { key: 'up', label: t('ui.moveUp'), disabled: first, onClick: acts.up },
        { key: 'down', label: t('ui.moveDown'), disabled: last, onClick: acts.down },
        { key: 'delete', label: t('ui.delete'), danger: true, onClick: acts.delete },
      ]}
    />
  )
}

function TagItem(props: { tag: Tag; all: Tag[]; may: boolean }) {
  const { t } = useText()
  const { tag } = props
  const [editing, setEditing] = useState(false)
  const save = useSaveTag()
  return (
    <li className="tag-item">
      <Link to="/customers" search={{ tags: tag.id }} title={t('tags.seeCustomers')}>
        <span>{tag.name}</span>
        <small className="figure">{exactNumber(tag.customers)}</small>
      </Link>
      {tag.writtenBy.map(({ id, name }) => (
        <Link key={id} to="/segments/$segmentId" params={{ segmentId: id }} title={t('tags.writtenBy', { name })}>
          <small>{t('tags.byRule')}</small>
        </Link>
      ))}
      {props.may && <TagMenu {...props} onEdit={() => setEditing(true)} />}
      <NameDrawer
        title={t('tags.editTag')}
        label={t('tags.tagName')}
        max={30}
        open={editing}
        initial={tag.name}
        onClose={() => setEditing(false)}
        onSave={(name) => save.mutateAsync({ id: tag.id, name })}
      />
    </li>
  )
}

function TagMenu(props: { tag: Tag; all: Tag[]; onEdit: () => void }) {
  const { t } = useText()
  const { tag, all } = props
  const run = useRun()
  const confirm = useConfirm()
  const save = useSaveTag()
  const remove = useDeleteTag()
  const move = (step: number) => run(() => Promise.all(moved(all, tag.id, step).map((change) => save.mutateAsync(change))))
  const acts: Acts = {
    edit: props.onEdit,
    up: () => move(-1),
    down: () => move(1),
    delete: () =>
      confirm({
        title: t('tags.deleteTag', { name: tag.name }),
        effect: [
          t('tags.deleteTagEffect', { customers: exactNumber(tag.customers) }),
          ...tag.writtenBy.map(({ name }) => t('tags.stopFirst', { name })),
        ].join(' '),
        act: t('tags.deleteAct'),
        danger: true,
        run: () => remove.mutateAsync(tag.id),
      }),
  }
  return <ActMenu small name={tag.name} acts={acts} first={all[0]?.id === tag.id} last={all.at(-1)?.id === tag.id} />
}
