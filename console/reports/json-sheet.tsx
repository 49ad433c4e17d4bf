import { CopyOutlined } from '@ant-design/icons'
import { Alert, Button, Input } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { type Document, readDocument } from '#console/reports/document.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { copyText } from '#console/ui/copy-id.tsx'
import { Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'

/** The document itself: what the API and the command line take, to copy and to change by hand. */
export function JsonSheet(props: { document: Document; onApply: (document: Document) => void; onClose: () => void }) {
  const { t } = useText()
  const run = useRun()
  const [text, setText] = useState(() => JSON.stringify(props.document, null, 2))
  const [wrong, setWrong] = useState(false)
  const apply = () => {
    const document = readDocument(text)
    if (!document) return setWrong(true)
    props.onApply(document)
    props.onClose()
  }
  return (
    <SideSheet
      open
      onClose={props.onClose}
      title={t('reports.json')}
      actions={
        <Button icon={<CopyOutlined />} onClick={() => void run(() => copyText(text), t('ui.copied'))}>
          {t('ui.copy')}
        </Button>
      }
    >
      <Stack>
        <p className="note">{t('reports.jsonNote')}</p>
        {wrong && <Alert type="error" role="alert" title={t('reports.jsonWrong')} />}
        <Input.TextArea
          className="code"
          aria-label={t('reports.json')}
          autoSize={{ minRows: 12, maxRows: 30 }}
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setWrong(false)
          }}
        />
        <Button type="primary" onClick={apply}>
          {t('reports.jsonApply')}
        </Button>
      </Stack>
    </SideSheet>
  )
}
