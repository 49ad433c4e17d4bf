import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Skeleton } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { PermissionMatrix } from '#console/team/permission-matrix.tsx'
import { useDeleteRole, usePermissions, useRoles, useSaveRole } from '#console/team/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Page, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import type { Role } from '#management/team/roles/schema.ts'

const route = getRouteApi('/app/roles')

export function RolesPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/roles' })
  const roles = useRoles()
  const save = useSaveRole()
  const [copied, setCopied] = useState<Partial<Role>>()
  const items = roles.data?.items ?? []
  const role = items.find((one) => one.id === search.role) ?? items[0]
  const go = (id: string | undefined) => void navigate({ search: { role: id }, replace: true })
  return (
    <Page
      title={t('team.roles')}
      note={t('team.rolesNote')}
      actions={
        <Gate permission="roles.write">
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setCopied({ permissions: [] })}>
            {t('team.createRole')}
          </Button>
        </Gate>
      }
    >
      {roles.error ? (
        <Section>
          <Problem error={roles.error} retry={() => void roles.refetch()} />
        </Section>
      ) : role === undefined ? (
        <Section>
          <Skeleton active />
        </Section>
      ) : (
        <Columns shares={[1.3, 5]}>
          <RoleList roles={items} chosen={role} onChoose={go} />
          <RoleEditor key={role.id} role={role} onCopy={() => setCopied(role)} onDeleted={() => go(undefined)} />
        </Columns>
      )}
      <NameDrawer
        title={t('team.createRole')}
        label={t('team.roleName')}
        max={32}
        open={copied !== undefined}
        onClose={() => setCopied(undefined)}
        onSave={async (name) => {
          const { id } = await save.mutateAsync({
            name,
            permissions: copied?.permissions ?? [],
            ...(copied?.scope ? { scope: copied.scope } : {}),
            ...(copied?.home ? { home: copied.home } : {}),
          })
          go(id)
        }}
      />
    </Page>
  )
}

function RoleList(props: { roles: Role[]; chosen: Role; onChoose: (id: string) => void }) {
  const { t } = useText()
  return (
    <Section flush>
      <ul className="choices">
        {props.roles.map((role) => (
          <li key={role.id}>
            <button type="button" aria-current={role.id === props.chosen.id} onClick={() => props.onChoose(role.id)}>
              <span>{role.name}</span>
              <span className="note">
                {[role.preset && t('team.builtIn'), t('team.members', { count: role.employees })].filter(Boolean).join(' · ')}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function RoleEditor(props: { role: Role; onCopy: () => void; onDeleted: () => void }) {
  const { t } = useText()
  const { role } = props
  const may = useMay()('roles.write')
  const run = useRun()
  const confirm = useConfirm()
  const permissions = usePermissions()
  const save = useSaveRole()
  const remove = useDeleteRole()
  const [held, setHeld] = useState(role.permissions)
  const changed = held.length !== role.permissions.length || held.some((one) => !role.permissions.includes(one))
  const scope = `${t('team.scope')}: ${t(`team.scopes.${role.scope}`)}`
  return (
    <Section
      flush
      title={t('team.permissionsOf', { role: role.name })}
      note={[scope, role.preset && t('team.presetNote')].filter(Boolean).join(' · ')}
      actions={
        may && (
          <>
            <Button onClick={props.onCopy}>{t('team.copyRole')}</Button>
            {!role.preset && (
              <>
                <Button
                  onClick={() =>
                    confirm({
                      title: t('team.deleteRole', { name: role.name }),
                      effect: t('team.deleteRoleEffect'),
                      act: t('ui.delete'),
                      danger: true,
                      run: () => remove.mutateAsync(role.id).then(props.onDeleted),
                    })
                  }
                >
                  {t('ui.delete')}
                </Button>
                <Button
                  type="primary"
                  disabled={!changed}
                  loading={save.isPending}
                  onClick={() => void run(() => save.mutateAsync({ id: role.id, permissions: held }), t('ui.saved'))}
                >
                  {t('team.saveChanges')}
                </Button>
              </>
            )}
          </>
        )
      }
    >
      {permissions.data ? (
        <PermissionMatrix
          all={permissions.data.items.map((one) => one.id)}
          held={held}
          {...(may && !role.preset ? { onChange: setHeld } : {})}
        />
      ) : (
        <Skeleton active />
      )}
    </Section>
  )
}
