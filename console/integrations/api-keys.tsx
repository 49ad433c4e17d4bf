import { DeleteOutlined } from '@ant-design/icons'
import { Button, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { type Language, type Translate, useText } from '#console/i18n/i18n.ts'
import { useApiKeys, useCreateApiKey, useDeleteApiKey, usePermissionNames } from '#console/integrations/queries.ts'
import { PermissionMatrix } from '#console/team/permission-matrix.tsx'
import { useConfirm } from '#console/ui/confirm.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { shortTime } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { SecretOnce } from '#console/ui/secret-once.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { ApiKey } from '#management/team/api-keys/schema.ts'

export function ApiKeys(props: { creating: boolean; onCreate: (on: boolean) => void }) {
  const { t } = useText()
  const list = useApiKeys()
  const [made, setMade] = useState<string>()
  return (
    <Section flush>
      <DataTable<ApiKey>
        name="api-keys"
        columns={columns(t)}
        list={list}
        empty={
          <Empty
            title={t('integrations.noKeys')}
            hint={t('integrations.noKeysHint')}
            action={
              <Gate permission="api_keys.write">
                <Button type="primary" onClick={() => props.onCreate(true)}>
                  {t('integrations.createKey')}
                </Button>
              </Gate>
            }
          />
        }
      />
      <CreateKey open={props.creating} onClose={() => props.onCreate(false)} onMade={setMade} />
      <SecretOnce
        title={t('integrations.keyMade')}
        hint={t('integrations.keyMadeHint')}
        secrets={made === undefined ? undefined : [{ name: t('integrations.key'), value: made }]}
        onClose={() => setMade(undefined)}
      />
    </Section>
  )
}

interface Values {
  name: string
  use: 'program' | 'page'
  scopes: string[]
  days: number
}

function CreateKey(props: { open: boolean; onClose: () => void; onMade: (key: string) => void }) {
  const { t } = useText()
  const create = useCreateApiKey()
  const permissions = usePermissionNames()
  const submit = async ({ name, use, scopes, days }: Values) => {
    const { key } = await create.mutateAsync({
      name,
      ...(use === 'page' ? { public: true, scopes: ['events.write'] } : { scopes }),
      ...(days > 0 ? { expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() } : {}),
    })
    props.onMade(key)
  }
  return (
    <FormDrawer<Values>
      title={t('integrations.createKey')}
      open={props.open}
      onClose={props.onClose}
      wide
      initial={{ use: 'program', scopes: [], days: 365 }}
      submit={t('integrations.createKey')}
      onSubmit={submit}
    >
      <Form.Item
        name="name"
        label={t('integrations.name')}
        extra={t('integrations.keyNameHint')}
        rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
      >
        <Input maxLength={64} autoComplete="off" />
      </Form.Item>
      <Form.Item noStyle shouldUpdate={(before: Values, now: Values) => before.use !== now.use}>
        {({ getFieldValue }) => {
          const use: Values['use'] = getFieldValue('use')
          return (
            <>
              <Form.Item name="use" required label={t('integrations.keyUse')} extra={t(`integrations.keyUseHint.${use}`)}>
                <Radio.Group
                  options={[
                    { value: 'program', label: t('integrations.keyUses.program') },
                    { value: 'page', label: t('integrations.keyUses.page') },
                  ]}
                />
              </Form.Item>
              {use === 'program' && (
                <Form.Item
                  name="scopes"
                  required
                  label={t('integrations.scopes')}
                  rules={[{ type: 'array', min: 1, message: t('integrations.scopesNeeded') }]}
                >
                  <Scopes all={permissions.data?.items.map(({ id }) => id) ?? []} />
                </Form.Item>
              )}
            </>
          )
        }}
      </Form.Item>
      <Form.Item name="days" required label={t('integrations.expires')}>
        <Select
          options={[
            { value: 30, label: t('integrations.expiry.d30') },
            { value: 90, label: t('integrations.expiry.d90') },
            { value: 365, label: t('integrations.expiry.d365') },
            { value: 0, label: t('integrations.expiry.never') },
          ]}
        />
      </Form.Item>
    </FormDrawer>
  )
}

/** The matrix as a field of a form. */
const Scopes = (props: { all: string[]; value?: string[]; onChange?: (held: string[]) => void }) => (
  <div className="sheet flush">
    <PermissionMatrix all={props.all} held={props.value ?? []} {...(props.onChange ? { onChange: props.onChange } : {})} />
  </div>
)

const columns = (t: Translate): Column<ApiKey>[] => [
  {
    key: 'name',
    title: t('integrations.name'),
    width: 220,
    render: (row) => (
      <span>
        {row.name} <code>…{row.hint}</code>
      </span>
    ),
  },
  { key: 'scopes', title: t('integrations.scopes'), width: 240, phone: 'line', render: (row) => <ScopeWords row={row} /> },
  {
    key: 'owner',
    title: t('integrations.owner'),
    width: 140,
    phone: 'none',
    render: (row) => (row.employee ? <PersonChip name={row.employee.name} /> : <span className="mute">—</span>),
  },
  {
    key: 'used',
    title: t('integrations.usedAt'),
    width: 130,
    phone: 'line',
    render: (row) => (row.usedAt ? <When at={row.usedAt} /> : <span className="mute">{t('integrations.unused')}</span>),
  },
  { key: 'expires', title: t('integrations.expiresAt'), width: 130, phone: 'line', render: (row) => <Expiry row={row} /> },
  { key: 'created', title: t('integrations.createdAt'), width: 130, phone: 'none', render: (row) => <When at={row.createdAt} /> },
  { key: 'acts', title: '', width: 64, right: true, phone: 'aside', render: (row) => <DeleteKey row={row} /> },
]

function ScopeWords({ row }: { row: ApiKey }) {
  const { t, language } = useText()
  const permissions = usePermissionNames()
  if (row.scopes.includes('*')) return <Badge tone="waiting">{t('integrations.scopeAll')}</Badge>
  const names = row.scopes.map(
    (scope) =>
      wordOf(
        permissions.data?.items.find(({ id }) => id === scope),
        language,
      ) ?? scope,
  )
  const text = names.length > 3 ? t('integrations.scopeCount', { count: names.length }) : names.join('、')
  return <span title={names.join('、')}>{row.public ? `${text} · ${t('integrations.public')}` : text}</span>
}

const wordOf = (permission: { zh: string; en: string } | undefined, language: Language) => permission?.[language]

function Expiry({ row }: { row: ApiKey }) {
  const { t } = useText()
  if (!row.expiresAt) return <span className="mute">{t('integrations.never')}</span>
  if (new Date(row.expiresAt) < new Date()) return <Badge tone="bad">{t('integrations.expired')}</Badge>
  return <When at={row.expiresAt} />
}

function DeleteKey({ row }: { row: ApiKey }) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const confirm = useConfirm()
  const remove = useDeleteApiKey()
  const ask = () =>
    confirm({
      title: t('integrations.deleteKey', { name: row.name }),
      effect: [
        t('integrations.deleteKeyEffect'),
        row.usedAt && t('integrations.deleteKeyUsed', { at: shortTime(row.usedAt, timezone, language) }),
      ]
        .filter(Boolean)
        .join(' '),
      act: t('ui.delete'),
      danger: true,
      run: () => remove.mutateAsync(row.id),
    })
  return (
    <Gate permission="api_keys.write">
      <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('ui.deleteNamed', { name: row.name })} onClick={ask} />
    </Gate>
  )
}
