import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useDeleteGroupTag, useGroupTags, useSaveGroupTag } from '#console/groups/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { useConfirm } from '#console/ui/confirm.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable, wholeList } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import type { GroupTagItem } from '#operation/groups/schema.ts'

/** The tags that groups can have. WeCom knows nothing of them. */
export function GroupTags({ creating, onCreate }: { creating: boolean; onCreate: (on: boolean) => void }) {
  const { t } = useText()
  const may = useMay()('groups.write')
  const phone = usePhone()
  const list = wholeList<GroupTagItem>(useGroupTags())
  const save = useSaveGroupTag()
  const [editing, setEditing] = useState<GroupTagItem>()
  return (
    <>
      <Section flush>
        <DataTable<GroupTagItem>
          name="group-tags"
          columns={columns(t, phone, may, setEditing)}
          list={list}
          empty={
            <Empty
              title={t('groups.noTagsYet')}
              hint={t('groups.noTagsYetHint')}
              action={
                <Gate permission="groups.write">
                  <Button type="primary" icon={<PlusOutlined />} onClick={() => onCreate(true)}>
                    {t('groups.createTag')}
                  </Button>
                </Gate>
              }
            />
          }
        />
      </Section>
      <NameDrawer
        key={editing?.id ?? 'new'}
        title={t(editing ? 'groups.renameTag' : 'groups.createTag')}
        label={t('groups.tagName')}
        open={creating || editing !== undefined}
        initial={editing?.name ?? ''}
        onClose={() => (editing ? setEditing(undefined) : onCreate(false))}
        onSave={(name) => save.mutateAsync({ id: editing?.id, name })}
      />
    </>
  )
}

const columns = (t: Translate, phone: boolean, may: boolean, edit: (tag: GroupTagItem) => void): Column<GroupTagItem>[] => [
  { key: 'name', title: t('groups.tagName'), width: 240, render: (tag) => tag.name },
  {
    key: 'groups',
    title: t('groups.taggedGroups'),
    width: 120,
    right: true,
    phone: 'note',
    render: (tag) => (
      <Link to="/groups" search={{ tags: tag.id }} aria-label={t('groups.seeTagged', { name: tag.name, count: tag.groups })}>
        {phone ? t('groups.groupsNote', { count: tag.groups }) : <Count value={tag.groups} />}
      </Link>
    ),
  },
  ...(may
    ? [
        {
          key: 'acts',
          title: t('groups.tagActs'),
          width: 110,
          phone: 'aside' as const,
          render: (tag: GroupTagItem) => <Acts tag={tag} edit={() => edit(tag)} />,
        },
      ]
    : []),
]

function Acts({ tag, edit }: { tag: GroupTagItem; edit: () => void }) {
  const { t } = useText()
  const confirm = useConfirm()
  const drop = useDeleteGroupTag()
  const ask = () =>
    confirm({
      title: t('groups.deleteTag', { name: tag.name }),
      effect: t('groups.deleteTagEffect', { count: tag.groups }),
      act: t('ui.delete'),
      danger: true,
      run: () => drop.mutateAsync(tag.id),
    })
  return (
    <Row>
      <Button type="text" size="small" icon={<EditOutlined />} aria-label={`${t('groups.renameTag')} ${tag.name}`} onClick={edit} />
      <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={`${t('ui.delete')} ${tag.name}`} onClick={ask} />
    </Row>
  )
}
