import { MoreOutlined, PlusOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { type Tag, type TagGroup, useDeleteGroup, useDeleteTag, useSaveGroup, useSaveTag } from '#console/tags/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'

export function GroupCard(props: { group: TagGroup; above: TagGroup | undefined; below: TagGroup | undefined }) {
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
        {tags.map((tag, index) => (
          <TagItem key={tag.id} tag={tag} before={tags[index - 1]} after={tags[index + 1]} may={may} />
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

function GroupActions(props: {
  group: TagGroup
  above: TagGroup | undefined
  below: TagGroup | undefined
  onAdd: () => void
  onEdit: () => void
}) {
  const { t } = useText()
  const { group, above, below } = props
  const run = useRun()
  const confirm = useConfirm()
  const save = useSaveGroup()
  const remove = useDeleteGroup()
  const swap = (other: TagGroup | undefined) =>
    other &&
    run(() => Promise.all([save.mutateAsync({ id: group.id, order: other.order }), save.mutateAsync({ id: other.id, order: group.order })]))
  const acts: Acts = {
    edit: props.onEdit,
    up: () => swap(above),
    down: () => swap(below),
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
      <ActMenu name={group.name} acts={acts} first={!above} last={!below} />
      <Button icon={<PlusOutlined />} onClick={props.onAdd}>
        {t('tags.createTag')}
      </Button>
    </>
  )
}

type Acts = Record<'edit' | 'up' | 'down' | 'delete', () => unknown>

function ActMenu(props: { name: string; acts: Acts; first: boolean; last: boolean; small?: boolean }) {
  const { t } = useText()
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'edit', label: t('ui.edit') },
          { key: 'up', label: t('ui.moveUp'), disabled: props.first },
          { key: 'down', label: t('ui.moveDown'), disabled: props.last },
          { key: 'delete', label: t('ui.delete'), danger: true },
        ],
        onClick: ({ key }) => void props.acts[key as keyof Acts](),
      }}
    >
      <Button
        type="text"
        size={props.small ? 'small' : 'middle'}
        icon={<MoreOutlined />}
        aria-label={t('ui.actionsFor', { name: props.name })}
      />
    </Dropdown>
  )
}

function TagItem(props: { tag: Tag; before: Tag | undefined; after: Tag | undefined; may: boolean }) {
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

function TagMenu(props: { tag: Tag; before: Tag | undefined; after: Tag | undefined; onEdit: () => void }) {
  const { t } = useText()
  const { tag, before, after } = props
  const run = useRun()
  const confirm = useConfirm()
  const save = useSaveTag()
  const remove = useDeleteTag()
  const swap = (other: Tag | undefined) =>
    other &&
    run(() => Promise.all([save.mutateAsync({ id: tag.id, order: other.order }), save.mutateAsync({ id: other.id, order: tag.order })]))
  const acts: Acts = {
    edit: props.onEdit,
    up: () => swap(before),
    down: () => swap(after),
    delete: () =>
      confirm({
        title: t('tags.deleteTag', { name: tag.name }),
        effect: t('tags.deleteTagEffect', { customers: exactNumber(tag.customers) }),
        act: t('tags.deleteAct'),
        danger: true,
        run: () => remove.mutateAsync(tag.id),
      }),
  }
  return <ActMenu small name={tag.name} acts={acts} first={!before} last={!after} />
}
