import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { copyText } from '#console/ui/copy-id.tsx'

/** Words as somebody will send them. */
export const Words = ({ children }: { children: string }) => <p className="words">{children}</p>

/** Puts words on the clipboard and says so for a moment. */
export function CopyText({ text, name, size }: { text: string; name?: string; size?: 'small' | 'large' }) {
  const { t } = useText()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <Button
      icon={copied ? <CheckOutlined /> : <CopyOutlined />}
      {...(size && { size })}
      block={size === 'large'}
      onClick={() => void copy()}
    >
      {copied ? t('ui.copied') : (name ?? t('ui.copy'))}
    </Button>
  )
}
