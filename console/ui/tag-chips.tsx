import { CloseOutlined } from '@ant-design/icons'
import { useText } from '#console/i18n/i18n.ts'

interface Chip {
  id: string
  name: string
}

/** Tags in one line; what does not fit is counted and named under the pointer. */
export function TagChips(props: { tags: Chip[]; max?: number; onRemove?: (tag: Chip) => void }) {
  const { t } = useText()
  const max = props.max ?? props.tags.length
  const rest = props.tags.slice(max)
  return (
    <span className="chips">
      {props.tags.slice(0, max).map((tag) => (
        <span key={tag.id} className="chip" title={tag.name}>
          <span>{tag.name}</span>
          {props.onRemove && (
            <button type="button" aria-label={t('ui.removeTag', { name: tag.name })} onClick={() => props.onRemove?.(tag)}>
              <CloseOutlined />
            </button>
          )}
        </span>
      ))}
      {rest.length > 0 && (
        <span className="chip quiet" title={rest.map((tag) => tag.name).join('、')}>
          +{rest.length}
        </span>
      )}
    </span>
  )
}

/** A state in one word with a dot; the word carries the meaning, the colour only helps the eye. */
export function Badge(props: { tone: 'good' | 'waiting' | 'bad' | 'quiet' | 'plain'; children: string }) {
  return <span className={`badge ${props.tone}`}>{props.children}</span>
}
