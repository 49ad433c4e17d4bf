import { DeleteOutlined, DownloadOutlined, EditOutlined, PlusOutlined, SyncOutlined } from '@ant-design/icons'
import { Alert, Button, Form, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { codePicture, useDeleteGroupCode, useGroupCodes, useGroups, useSaveGroupCode, useSyncGroupCode } from '#console/groups/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Facts, Row, Section, Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { type GroupCode, mostGroups } from '#operation/group-codes/schema.ts'

/** Codes that lead into groups. */
export function GroupCodes({ q, creating, onCreate }: { q: string | undefined; creating: boolean; onCreate: (on: boolean) => void }) {
  const { t } = useText()
  const list = useGroupCodes({ q })
  const [openId, setOpenId] = useState<string>()
  const [editing, setEditing] = useState<GroupCode>()
  const opened = list.rows.find(({ id }) => id === openId)
  return (
    <>
      <Section flush>
        <DataTable<GroupCode>
          name="group-codes"
          columns={columns(t)}
          list={list}
          open={(code) => setOpenId(code.id)}
          empty={
            q ? (
              <Empty title={t('groups.noCodeMatch')} />
            ) : (
              <Empty
                title={t('groups.noCodes')}
                hint={t('groups.noCodesHint')}
                action={
                  <Gate permission="groups.write">
                    <Button type="primary" icon={<PlusOutlined />} onClick={() => onCreate(true)}>
                      {t('groups.createCode')}
                    </Button>
                  </Gate>
                }
              />
            )
          }
        />
      </Section>
      {opened && <CodeSheet code={opened} edit={() => setEditing(opened)} onClose={() => setOpenId(undefined)} />}
      <CodeForm
        code={editing}
        open={creating || editing !== undefined}
        onClose={() => (editing ? setEditing(undefined) : onCreate(false))}
      />
    </>
  )
}

const tones = { done: 'good', waiting: 'waiting', failed: 'bad' } as const

const SyncBadge = ({ code, t }: { code: GroupCode; t: Translate }) => (
  <Badge tone={tones[code.sync.state]}>{t(`groups.codeSync.${code.sync.state}`)}</Badge>
)

const columns = (t: Translate): Column<GroupCode>[] => [
  { key: 'name', title: t('groups.codeName'), width: 200, render: (code) => <span>{code.name}</span> },
  { key: 'sync', title: t('groups.state'), width: 120, phone: 'aside', render: (code) => <SyncBadge code={code} t={t} /> },
  {
    key: 'groups',
    title: t('groups.codeGroups'),
    width: 340,
    phone: 'note',
    render: (code) => code.groups.map(({ name }) => name || t('groups.unnamed')).join(t('ui.comma')) || <span className="mute">—</span>,
  },
  { key: 'joined', title: t('groups.codeJoined'), width: 90, right: true, phone: 'none', render: (code) => <Count value={code.joined} /> },
  {
    key: 'today',
    title: t('groups.codeToday'),
    width: 90,
    right: true,
    phone: 'none',
    render: (code) => <Count value={code.joinedToday} />,
  },
  { key: 'present', title: t('groups.stayed'), width: 90, right: true, phone: 'none', render: (code) => <Count value={code.present} /> },
  { key: 'createdAt', title: t('groups.codeMade'), width: 130, phone: 'none', render: (code) => <When at={code.createdAt} /> },
]

function CodeSheet({ code, edit, onClose }: { code: GroupCode; edit: () => void; onClose: () => void }) {
  const { t } = useText()
  const run = useRun()
  const confirm = useConfirm()
  const drop = useDeleteGroupCode()
  const sync = useSyncGroupCode()
  const ask = () =>
    confirm({
      title: `${t('groups.deleteCode')}「${code.name}」`,
      effect: t('groups.deleteCodeEffect', { count: code.present }),
      act: t('groups.deleteCode'),
      danger: true,
      run: async () => {
        await drop.mutateAsync(code.id)
        onClose()
      },
    })
  return (
    <SideSheet
      open
      onClose={onClose}
      title={code.name}
      actions={
        <Gate permission="groups.write">
          <Button danger type="text" icon={<DeleteOutlined />} onClick={ask}>
            {t('ui.delete')}
          </Button>
          <Button icon={<EditOutlined />} onClick={edit}>
            {t('ui.edit')}
          </Button>
        </Gate>
      }
    >
      <Stack>
        {code.sync.state === 'failed' && (
          <Alert
            type="warning"
            showIcon
            title={t('groups.codeSync.failed')}
            description={code.sync.error?.message}
            action={
              <Gate permission="groups.write">
                <Button icon={<SyncOutlined />} loading={sync.isPending} onClick={() => void run(() => sync.mutateAsync(code.id))}>
                  {t('groups.syncAgain')}
                </Button>
              </Gate>
            }
          />
        )}
        {code.hasPicture && (
          <>
            <img className="code-picture" src={codePicture(code.id)} alt={code.name} />
            <Button block icon={<DownloadOutlined />} href={codePicture(code.id, true)}>
              {t('groups.downloadCode')}
            </Button>
          </>
        )}
        <Facts
          items={[
            ...code.groups.map((group, at) => ({
              name: t('groups.nthGroup', { number: at + 1 }),
              value: `${group.name || t('groups.unnamed')} · ${group.dismissed ? t('groups.states.dismissed') : t('groups.peopleIn', { count: group.membersCount })}`,
            })),
            {
              name: t('groups.newGroups'),
              value: code.newGroups ? t('groups.newGroupsOn', { name: code.newGroups.name, from: code.newGroups.from }) : t('ui.no'),
            },
            { name: t('groups.codeJoined'), value: <Count value={code.joined} /> },
            { name: t('groups.stayed'), value: <Count value={code.present} /> },
            { name: t('groups.corp'), value: code.corp.name },
            { name: t('groups.codeMade'), value: <When at={code.createdAt} /> },
          ]}
        />
      </Stack>
    </SideSheet>
  )
}

interface Values {
  name: string
  groupIds: string[]
  newName?: string
  newFrom?: number
}

function CodeForm({ code, open, onClose }: { code: GroupCode | undefined; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const save = useSaveGroupCode()
  const groups = useGroups({ state: 'alive' }).rows
  const chosen = (code?.groups ?? []).filter((one) => !groups.some(({ id }) => id === one.id))
  const submit = ({ name, groupIds, newName, newFrom }: Values) => {
    const isSame = groupIds.join() === code?.groups.map(({ id }) => id).join()
    const newGroups = newName?.trim() ? { name: newName, from: newFrom ?? 1 } : null
    return save.mutateAsync({ id: code?.id, name, newGroups, ...(isSame ? {} : { groupIds }) })
  }
  return (
    <FormDrawer<Values>
      key={code?.id ?? 'new'}
      title={t(code ? 'groups.editCode' : 'groups.createCode')}
      open={open}
      onClose={onClose}
      fields={{ 'newGroups.name': 'newName', 'newGroups.from': 'newFrom' }}
      initial={
        code
          ? {
              name: code.name,
              groupIds: code.groups.map(({ id }) => id),
              ...(code.newGroups && { newName: code.newGroups.name, newFrom: code.newGroups.from }),
            }
          : { groupIds: [] }
      }
      onSubmit={submit}
    >
      <Form.Item name="name" label={t('groups.codeName')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={30} showCount autoComplete="off" placeholder={t('groups.codeNamePlaceholder')} />
      </Form.Item>
      <Form.Item
        name="groupIds"
        label={t('groups.codeGroups')}
        extra={t('groups.codeGroupsHint')}
        rules={[{ required: true, message: t('ui.required') }]}
      >
        <Select
          mode="multiple"
          showSearch
          maxCount={mostGroups}
          optionFilterProp="label"
          options={[...groups, ...chosen].map(({ id, name, membersCount }) => ({
            value: id,
            label: `${name || t('groups.unnamed')} · ${t('groups.peopleIn', { count: membersCount })}`,
          }))}
        />
      </Form.Item>
      <Form.Item name="newName" label={t('groups.newName')} extra={t('groups.newGroupsHint')}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
      <Form.Item name="newFrom" label={t('groups.newFrom')}>
        <InputNumber min={1} max={100000} precision={0} />
      </Form.Item>
      <Row>
        <span className="note">{t('groups.codeNote')}</span>
      </Row>
    </FormDrawer>
  )
}
