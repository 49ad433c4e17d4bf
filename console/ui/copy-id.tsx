import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'

export function CopyId({ value, shown }: { value: string; shown?: string }) {
  const { t } = useText()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(value)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <span className="copy">
      <code title={value}>{shown ?? value}</code>
      <button type="button" onClick={() => void copy()} aria-label={t('ui.copy')} title={t('ui.copy')}>
        {copied ? <CheckOutlined /> : <CopyOutlined />}
      </button>
      <span className="unseen" aria-live="polite">
        {copied ? t('ui.copied') : ''}
      </span>
    </span>
  )
}

/** The clipboard interface is missing outside secure contexts; the old way still works there. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
