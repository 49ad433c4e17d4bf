import { SearchOutlined } from '@ant-design/icons'
import { Outlet } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { NoticeBell } from '#console/metrics/notice-bell.tsx'
import { Palette } from '#console/shell/palette.tsx'
import { Rail, ThumbBar } from '#console/shell/rail.tsx'
import { useShortcut } from '#console/shell/shortcut.ts'
import { TaskTray } from '#console/shell/task-tray.tsx'
import { UserMenu } from '#console/shell/user-menu.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import '#console/shell/shell.css'

const keys = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'

/** The frame around every page: the loop on the left, search, running work and oneself above. */
export function Shell() {
  const { t } = useText()
  const phone = usePhone()
  const session = useSession()
  const [searching, setSearching] = useState(false)
  useShortcut('k', () => setSearching(true))
  return (
    <div className="shell">
      <a href="#content" className="skip">
        {t('shell.skip')}
      </a>
      {!phone && <Rail />}
      <div className="stagework">
        <header className="topbar">
          <span className="tenant">{session?.tenant.name}</span>
          <div className="row">
            <button
              type="button"
              className="search-button"
              onClick={() => setSearching(true)}
              aria-label={`${t('shell.search')} ${keys}`}
              aria-keyshortcuts="Control+K Meta+K"
            >
              <SearchOutlined />
              <span>{t('shell.search')}</span> <kbd>{keys}</kbd>
            </button>
            <NoticeBell />
            <TaskTray />
            <UserMenu />
          </div>
        </header>
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {phone && <ThumbBar />}
      <Palette open={searching} onClose={() => setSearching(false)} />
    </div>
  )
}
