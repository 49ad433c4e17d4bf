import { Button, Form, Input } from 'antd'
import { useRef, useState } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { type AttachmentKind, AttachmentsEditor, attachmentKinds } from '#console/live-codes/attachments-editor.tsx'
import { Row, Stack } from '#console/ui/page.tsx'
import { unknownVariables, variables, type Welcome } from '#growth/welcomes/schema.ts'
import { bytesOf, contentBounds, variablesIn } from '#operation/contents/schema.ts'

const greetingKinds = attachmentKinds.filter((kind) => kind !== 'video')

/** Words with what fills them, and up to nine attachments in the order they are sent. */
export function WelcomeEditor({
  value,
  onChange,
  complaint,
  complaintOf,
  plain = false,
  kinds,
}: {
  value: Welcome
  onChange: (welcome: Welcome) => void
  /** About the words. */
  complaint: string | undefined
  /** About one attachment. */
  complaintOf?: (attachment: number) => string | undefined
  /** The same for everybody: nothing can be filled in. */
  plain?: boolean
  /** What may be attached, where it is less than WeCom takes in messages. */
  kinds?: readonly AttachmentKind[]
}) {
  const { t } = useText()
  const field = useRef<HTMLTextAreaElement | null>(null)
  // Nobody is reproached for a form that has only just been opened.
  const [isLeft, setLeft] = useState(false)
  const used = bytesOf(value.text)
  const filled = plain ? variablesIn(value.text)[0] : undefined
  const problem =
    complaint ?? (filled ? t('liveCodes.sameForAll', { name: `{${filled}}` }) : isLeft || used > 0 ? problemOf(value, used, t) : undefined)
  const insert = (name: string) => {
    const at = field.current?.selectionStart ?? value.text.length
    onChange({ ...value, text: `${value.text.slice(0, at)}{${name}}${value.text.slice(at)}` })
    field.current?.focus()
  }
  return (
    <Stack tight>
      <Form.Item
        label={t('liveCodes.text')}
        required={value.attachments.length === 0}
        validateStatus={problem ? 'error' : ''}
        help={problem}
        className="tight"
      >
        <Input.TextArea
          ref={(area) => {
            field.current = area?.resizableTextArea?.textArea ?? null
          }}
          aria-label={t('liveCodes.text')}
          value={value.text}
          autoSize={{ minRows: 3, maxRows: 10 }}
          onBlur={() => setLeft(true)}
          onChange={(event) => onChange({ ...value, text: event.target.value })}
        />
      </Form.Item>
      <Row between>
        <Row>
          {!plain && <span className="note">{t('liveCodes.insert')}</span>}
          {(plain ? [] : variables).map((name) => (
            <Button key={name} size="small" onClick={() => insert(name)}>
              {t(`liveCodes.variables.${name}`)}
            </Button>
          ))}
        </Row>
        <span className={used > contentBounds.textBytes ? 'complaint' : 'note'}>{t('liveCodes.bytes', { used })}</span>
      </Row>
      <AttachmentsEditor
        value={value.attachments}
        onChange={(attachments) => onChange({ ...value, attachments })}
        complaintOf={complaintOf}
        label={t('liveCodes.attachments')}
        kinds={kinds ?? (plain ? attachmentKinds : greetingKinds)}
      />
    </Stack>
  )
}

function problemOf({ text, attachments }: Welcome, used: number, t: Translate): string | undefined {
  const [unknown] = unknownVariables(text)
  if (unknown) return t('liveCodes.unknownVariable', { name: `{${unknown}}` })
  if (used > contentBounds.textBytes) return t('liveCodes.tooLong')
  return text.trim() === '' && attachments.length === 0 ? t('liveCodes.empty') : undefined
}
