import { MenuOutlined } from '@ant-design/icons'
import { Link, useRouterState } from '@tanstack/react-router'
import { Drawer } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { type Entry, entriesOf, isHere, loop, type Stage } from '#console/shell/loop.ts'

function useLoop(): Stage[] {
  const may = useMay()
  return loop.map((stage) => ({ ...stage, entries: entriesOf(stage.entries, may) })).filter((stage) => stage.entries.length > 0)
}

const usePath = (): string => useRouterState({ select: (state) => state.location.pathname })

/** The loop as a line down the left edge, with a knot for each part; the part one is in is lit. */
export function Rail() {
  const { t } = useText()
  const rail = useRef<HTMLElement>(null)
  const path = usePath()
  // The list is longer than most windows: whoever comes by a link still sees where they are.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is another place
  useEffect(() => {
    rail.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest' })
  }, [path])
  return (
    <nav ref={rail} className="rail" aria-label={t('shell.navigation')}>
      <Link to="/" className="brand" title={t('shell.home')}>
        <img src="/mark.svg" alt="" width="28" height="28" />
        <span>
          {t('shell.product')}
          <small>{t('shell.productOther')}</small>
        </span>
      </Link>
      <Stages />
    </nav>
  )
}

function Stages({ onGo }: { onGo?: () => void }) {
  const { t } = useText()
  const path = usePath()
  const stages = useLoop()
  return (
    <ul className="stages">
      {stages.map((stage) => {
        const here = stage.entries.some((entry) => isHere(entry, path))
        const [only] = stage.entries
        const single = stage.entries.length === 1 && only?.name === stage.name
        return (
          <li key={stage.name} className={here ? 'stage here' : 'stage'}>
            {!single && <span className="stage-name">{t(stage.name)}</span>}
            <ul>
              {stage.entries.map((entry) => (
                <li key={entry.path}>
                  <EntryLink entry={entry} here={isHere(entry, path)} {...(onGo ? { onGo } : {})} />
                </li>
              ))}
            </ul>
          </li>
        )
      })}
    </ul>
  )
}

function EntryLink({ entry, here, onGo }: { entry: Entry; here: boolean; onGo?: () => void }) {
  const { t } = useText()
  const Icon = entry.icon
  return (
    <Link
      to={entry.path}
      className="entry"
      title={t(entry.name)}
      {...(here ? { 'aria-current': 'page' as const } : {})}
      {...(onGo ? { onClick: onGo } : {})}
    >
      <Icon aria-hidden="true" />
      <span>{t(entry.name)}</span>
    </Link>
  )
}

/** On a phone: four entries under the thumb, the rest one touch further. */
export function ThumbBar() {
  const { t } = useText()
  const path = usePath()
  const [open, setOpen] = useState(false)
  const entries = useLoop().flatMap((stage) => stage.entries.filter((entry) => entry.thumb))
  return (
    <>
      <nav className="thumb-bar" aria-label={t('shell.navigation')}>
        {entries.slice(0, 4).map((entry) => (
          <EntryLink key={entry.path} entry={entry} here={isHere(entry, path)} />
        ))}
        <button type="button" className="entry" onClick={() => setOpen(true)}>
          <MenuOutlined />
          <span>{t('shell.all')}</span>
        </button>
      </nav>
      <Drawer
        placement="left"
        size={280}
        title={t('shell.product')}
        open={open}
        onClose={() => setOpen(false)}
        closable={{ 'aria-label': t('ui.close') }}
      >
        <Stages onGo={() => setOpen(false)} />
      </Drawer>
    </>
  )
}
