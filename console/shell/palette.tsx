import { SearchOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Modal } from 'antd'
import { type KeyboardEvent, useDeferredValue, useState } from 'react'
import { useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { entriesOf, loop } from '#console/shell/loop.ts'
import { type Called, nameIn } from '#console/ui/person-name.ts'

interface Hit extends Called {
  kind: string
  id: string
  note?: string | null
}

interface Choice {
  key: string
  kind: string
  name: string
  note?: string | undefined
  path: string
}

/** Where a thing found by the server is opened; a kind without a page here is not offered. */
const pathOf: Record<string, (id: string) => string> = {
  customer: (id) => `/customers/${id}`,
  order: (id) => `/orders?order=${id}`,
  group: (id) => `/groups/${id}`,
  live_code: (id) => `/live-codes/${id}`,
  acquisition_link: (id) => `/acquisition-links/${id}`,
  report: (id) => `/reports/${id}`,
  task: (id) => `/tasks?view=open&whose=team&task=${id}`,
  marketing_task: (id) => `/tasks?view=marketing&campaign=${id}`,
  journey: (id) => `/journeys/${id}`,
  message: (id) => `/messages/${id}`,
  tag: (id) => `/customers?tags=${id}`,
  employee: (id) => `/customers?employees=${id}`,
}

/** ⌘K: pages at once, people, orders, tags and codes as the server finds them. */
export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText()
  return (
    <Modal
      open={open}
      onCancel={onClose}
      footer={null}
      closable={false}
      destroyOnHidden
      width={600}
      className="palette"
      title={<span className="unseen">{t('shell.search')}</span>}
      style={{ top: 88 }}
    >
      {open && <PaletteBody onClose={onClose} />}
    </Modal>
  )
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { t } = useText()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const choices = useChoices(text)
  const go = (choice: Choice | undefined) => {
    if (!choice) return
    onClose()
    void navigate({
      to: choice.path.split('?')[0] ?? '/',
      search: Object.fromEntries(new URLSearchParams(choice.path.split('?')[1])) as never,
    })
  }
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      setAt((now) => (now + step + choices.length) % Math.max(1, choices.length))
    }
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) go(choices[at])
  }
  return (
    <div>
      <div className="palette-input">
        <SearchOutlined />
        <input
          // biome-ignore lint/a11y/noAutofocus: the dialog exists for this field
          autoFocus
          value={text}
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={choices[at] ? `hit-${at}` : undefined}
          aria-label={t('shell.search')}
          placeholder={t('shell.searchHint')}
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={keys}
        />
      </div>
      <div id="palette-list" role="listbox" aria-label={t('shell.search')} className="palette-list">
        {choices.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: arrow keys and Enter in the field above do the same
          <div
            key={choice.key}
            id={`hit-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={index === at ? 'hit at' : 'hit'}
            onMouseMove={() => setAt(index)}
            onClick={() => go(choice)}
          >
            <span className="hit-name">{choice.name}</span>
            {choice.note && <span className="note">{choice.note}</span>}
            <span className="hit-kind">{textOr(`shell.kind.${choice.kind}`, choice.kind)}</span>
          </div>
        ))}
        {choices.length === 0 && <p className="note hit">{t('shell.nothingFound')}</p>}
      </div>
    </div>
  )
}

function useChoices(text: string): Choice[] {
  const { t } = useText()
  const may = useMay()
  const q = useDeferredValue(text.trim())
  const found = useResource<{ items: Hit[] }>('search', { q }, { enabled: q.length > 0 })
  const pages = loop
    .flatMap((stage) => entriesOf(stage.entries, may))
    .map((entry) => ({ key: entry.path, kind: 'page', name: t(entry.name), path: entry.path }))
    .filter((page) => page.name.toLowerCase().includes(q.toLowerCase()))
  const hits = (q ? (found.data?.items ?? []) : []).flatMap((hit) => {
    const path = pathOf[hit.kind]
    return path ? [{ key: hit.kind + hit.id, kind: hit.kind, name: nameIn(t, hit), note: hit.note ?? undefined, path: path(hit.id) }] : []
  })
  return [...hits, ...pages]
}
