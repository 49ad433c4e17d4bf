import { CheckOutlined, CopyOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { copyText } from '#console/ui/copy-id.tsx'

/** Facts as plain text for whoever is asked for help: what the page shows, and nothing that it covers. */
export function CopyText({ text }: { text: string }) {
  const { t } = useText()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <Button icon={copied ? <CheckOutlined /> : <CopyOutlined />} onClick={() => void copy()}>
      {t(copied ? 'ui.copied' : 'wecom.copyForSupport')}
    </Button>
  )
}
