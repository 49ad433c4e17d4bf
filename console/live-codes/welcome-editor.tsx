import { DeleteOutlined, FileOutlined, LinkOutlined, MobileOutlined, PictureOutlined, VideoCameraOutlined } from '@ant-design/icons'
import { Button, Form, Input } from 'antd'
import { type ReactNode, useRef, useState } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { FileUpload } from '#console/ui/file-upload.tsx'
import { Row, Stack } from '#console/ui/page.tsx'
import { unknownVariables, variables, type Welcome } from '#growth/welcomes/schema.ts'
import { type Attachment, bytesOf, contentBounds, variablesIn } from '#operation/contents/schema.ts'

/** Words with what fills them, and up to nine attachments in the order they are sent. */
export function WelcomeEditor({
  value,
  onChange,
  complaint,
  complaintOf,
  plain = false,
}: {
  value: Welcome
  onChange: (welcome: Welcome) => void
  /** About the words. */
  complaint: string | undefined
  /** About one attachment. */
  complaintOf?: (attachment: number) => string | undefined
  /** The same for everybody: nothing can be filled in. */
  plain?: boolean
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
  const setAttachments = (attachments: Attachment[]) => onChange({ ...value, attachments })
  const add = (attachment: Attachment) => setAttachments([...value.attachments, attachment])
  const isFull = value.attachments.length >= contentBounds.attachments
  return (
    <Stack tight>
      <Form.Item label={t('liveCodes.text')} validateStatus={problem ? 'error' : ''} help={problem} className="tight">
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
      {value.attachments.length > 0 && (
        <ol className="attachments">
          {value.attachments.map((attachment, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no identity but their place
            <li key={index}>
              <div className="attachment-body">
                <AttachmentFields value={attachment} onChange={(next) => setAttachments(value.attachments.with(index, next))} />
                <Complaint text={complaintOf?.(index)} />
              </div>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t('liveCodes.removeAttachment')}
                title={t('liveCodes.removeAttachment')}
                onClick={() => setAttachments(value.attachments.filter((_, at) => at !== index))}
              />
            </li>
          ))}
        </ol>
      )}
      {!isFull && (
        <Row>
          <span className="note">{t('liveCodes.attachments')}</span>
          <FileUpload
            small
            icon={<PictureOutlined />}
            accept={pictureTypes}
            label={t('liveCodes.addImage')}
            onChange={(file) => add({ kind: 'image', file })}
          />
          <Adder icon={<LinkOutlined />} name={t('liveCodes.addLink')} add={() => add({ kind: 'link', title: '', url: 'https://' })} />
          <Adder
            icon={<MobileOutlined />}
            name={t('liveCodes.addMiniprogram')}
            add={() => add({ kind: 'miniprogram', title: '', appId: '', page: '', picture: '' })}
          />
          {plain && (
            <FileUpload
              small
              icon={<VideoCameraOutlined />}
              accept="video/mp4"
              label={t('liveCodes.addVideo')}
              onChange={(file) => add({ kind: 'video', file })}
            />
          )}
          <FileUpload
            small
            icon={<FileOutlined />}
            accept={fileTypes}
            label={t('liveCodes.addFile')}
            onChange={(file) => add({ kind: 'file', file })}
          />
        </Row>
      )}
    </Stack>
  )
}

const Complaint = ({ text }: { text: string | undefined }) =>
  text && (
    <p className="complaint" role="alert">
      {text}
    </p>
  )

const Adder = ({ icon, name, add }: { icon: ReactNode; name: string; add: () => void }) => (
  <Button size="small" icon={icon} onClick={add}>
    {name}
  </Button>
)

function problemOf({ text, attachments }: Welcome, used: number, t: Translate): string | undefined {
  const [unknown] = unknownVariables(text)
  if (unknown) return t('liveCodes.unknownVariable', { name: `{${unknown}}` })
  if (used > contentBounds.textBytes) return t('liveCodes.tooLong')
  return text.trim() === '' && attachments.length === 0 ? t('liveCodes.empty') : undefined
}

const pictureTypes = 'image/png,image/jpeg'
const fileTypes = '.pdf,.xlsx,.csv,.mp4,image/*'

/** What an attachment still lacks, in words that say what to do. */
export function lackOf(attachment: Attachment, t: Translate): string | undefined {
  if (attachment.kind === 'image' || attachment.kind === 'video' || attachment.kind === 'file')
    return attachment.file ? undefined : t('liveCodes.lacks.file')
  if (!attachment.title.trim()) return t('liveCodes.lacks.title')
  if (attachment.kind === 'link')
    return URL.canParse(attachment.url) && /^https?:/.test(attachment.url) ? undefined : t('liveCodes.lacks.url')
  if (!/^wx[\w-]{6,62}$/.test(attachment.appId.trim())) return t('liveCodes.lacks.appId')
  if (!attachment.page.trim()) return t('liveCodes.lacks.page')
  return attachment.picture ? undefined : t('liveCodes.lacks.picture')
}

function AttachmentFields({ value, onChange }: { value: Attachment; onChange: (attachment: Attachment) => void }) {
  const { t } = useText()
  switch (value.kind) {
    case 'image':
      return (
        <FileUpload
          picture
          value={value.file}
          accept={pictureTypes}
          label={t('liveCodes.addImage')}
          onChange={(file) => onChange({ ...value, file })}
        />
      )
    case 'video':
    case 'file':
      return (
        <FileUpload
          value={value.file}
          accept={fileTypes}
          label={t('liveCodes.addFile')}
          onChange={(file) => onChange({ ...value, file })}
        />
      )
    case 'link':
      return (
        <div className="attachment-fields">
          <Input
            value={value.title}
            placeholder={t('liveCodes.linkTitle')}
            aria-label={t('liveCodes.linkTitle')}
            onChange={(event) => onChange({ ...value, title: event.target.value })}
          />
          <Input
            value={value.url}
            type="url"
            placeholder={t('liveCodes.linkUrl')}
            aria-label={t('liveCodes.linkUrl')}
            onChange={(event) => onChange({ ...value, url: event.target.value })}
          />
          <Input
            value={value.description ?? ''}
            placeholder={t('liveCodes.linkDescription')}
            aria-label={t('liveCodes.linkDescription')}
            onChange={(event) => onChange({ ...value, description: event.target.value || undefined })}
          />
          <FileUpload
            picture
            value={value.picture}
            accept={pictureTypes}
            label={t('liveCodes.linkPicture')}
            onChange={(picture) => onChange({ ...value, picture })}
          />
        </div>
      )
    case 'miniprogram':
      return (
        <div className="attachment-fields">
          <Input
            value={value.title}
            placeholder={t('liveCodes.linkTitle')}
            aria-label={t('liveCodes.linkTitle')}
            onChange={(event) => onChange({ ...value, title: event.target.value })}
          />
          <Input
            value={value.appId}
            placeholder={t('liveCodes.appId')}
            aria-label={t('liveCodes.appId')}
            onChange={(event) => onChange({ ...value, appId: event.target.value })}
          />
          <Input
            value={value.page}
            placeholder={t('liveCodes.pagePath')}
            aria-label={t('liveCodes.pagePath')}
            onChange={(event) => onChange({ ...value, page: event.target.value })}
          />
          <FileUpload
            picture
            value={value.picture}
            accept={pictureTypes}
            label={t('liveCodes.cover')}
            onChange={(picture) => onChange({ ...value, picture })}
          />
        </div>
      )
  }
}
