import { QuestionCircleOutlined } from '@ant-design/icons'
import { Button, Popover } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import type { Edit } from '#console/journeys/use-edit.ts'
import { useShortcut } from '#console/shell/shortcut.ts'

export type Undo = Pick<Edit, 'undo' | 'redo'>

/** Takes back what was drawn, and draws it again; a field that is being written in keeps these keys for itself. */
export function UndoButtons({ undo, redo }: Undo) {
  const { t } = useText()
  useShortcut('z', () => undo?.(), { beside: true })
  useShortcut('z', () => redo?.(), { beside: true, shift: true })
  useShortcut('y', () => redo?.(), { beside: true })
  return (
    <>
      <Button icon={<Arrow />} disabled={!undo} aria-label={t('journeys.undo')} title={t('journeys.undoKey')} onClick={undo} />
      <Button
        icon={<Arrow className="journey-forth" />}
        disabled={!redo}
        aria-label={t('journeys.redo')}
        title={t('journeys.redoKey')}
        onClick={redo}
      />
    </>
  )
}

/** An arrow with a head that is seen at once: the round ones of the set differ only in a corner. */
const Arrow = ({ className = '' }: { className?: string }) => (
  <svg
    aria-hidden="true"
    className={className}
    viewBox="0 0 16 16"
    width="1em"
    height="1em"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
  >
    <path d="M6 2 2 6l4 4M2 6h8a4 4 0 0 1 0 8H6" />
  </svg>
)

const keys = [
  ['Tab', 'next'],
  ['Enter', 'choose'],
  ['← ↑ → ↓', 'move'],
  ['Delete', 'remove'],
  ['Ctrl / ⌘ Z', 'undo'],
  ['Ctrl / ⌘ Shift Z', 'redo'],
] as const

/** How the drawing is drawn without a mouse. */
export function KeyboardHelp() {
  const { t } = useText()
  const list = (
    <div className="journey-keys">
      <dl>
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(`journeys.keys.${does}`)}</dd>
          </div>
        ))}
      </dl>
      <p className="note">{t('journeys.keys.connect')}</p>
    </div>
  )
  return (
    <Popover title={t('journeys.keyboard')} content={list} trigger="click" placement="bottomRight">
      <Button icon={<QuestionCircleOutlined />} aria-label={t('journeys.keyboard')} />
    </Popover>
  )
}
