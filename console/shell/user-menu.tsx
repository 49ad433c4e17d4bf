import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Popover, Segmented } from 'antd'
import { patch, remove } from '#console/api/client.ts'
import { sessionQuery, useSession } from '#console/api/session.ts'
import { changeLanguage, type Language, useText } from '#console/i18n/i18n.ts'
import { Face, PersonChip } from '#console/ui/person-chip.tsx'
import { setPreference, type ThemeChoice, usePreferences } from '#console/ui/preferences.ts'

export function UserMenu() {
  const { t } = useText()
  const session = useSession()
  const client = useQueryClient()
  const navigate = useNavigate()
  if (!session) return null
  const { employee } = session
  const leave = async () => {
    await remove('session').catch(() => undefined)
    client.clear()
    client.setQueryData(sessionQuery.queryKey, null)
    await navigate({ to: '/login' })
  }
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className="stack user-menu">
          <PersonChip name={employee.name} avatar={employee.avatar} note={employee.role?.name} />
          <LookSettings />
          <Button block onClick={() => void leave()}>
            {t('shell.logout')}
          </Button>
        </div>
      }
    >
      <button type="button" className="me" aria-label={t('shell.me', { name: employee.name })}>
        <Face name={employee.name} avatar={employee.avatar} />
      </button>
    </Popover>
  )
}

/** Theme and language; also on the login page, where nobody is known yet. */
export function LookSettings() {
  const { t, language } = useText()
  const { theme } = usePreferences()
  const session = useSession()
  return (
    <>
      <Segmented<ThemeChoice>
        block
        aria-label={t('shell.theme')}
        value={theme}
        onChange={(value) => setPreference('theme', value)}
        options={[
          { value: 'light', label: t('shell.light') },
          { value: 'dark', label: t('shell.dark') },
          { value: 'system', label: t('shell.system') },
        ]}
      />
      <Segmented<Language>
        block
        aria-label={t('shell.language')}
        value={language}
        onChange={(value) => {
          setPreference('language', value)
          changeLanguage(value)
          if (session) void patch('session', { language: value }).catch(() => undefined)
        }}
        options={[
          { value: 'zh', label: '中文' },
          { value: 'en', label: 'English' },
        ]}
      />
    </>
  )
}
