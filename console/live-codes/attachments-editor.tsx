import { DeleteOutlined, FileOutlined, LinkOutlined, MobileOutlined, PictureOutlined, VideoCameraOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import type { ReactNode } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { FileUpload } from '#console/ui/file-upload.tsx'
import { Row } from '#console/ui/page.tsx'
import { Attachment, contentBounds } from '#operation/contents/schema.ts'

export type AttachmentKind = Attachment['kind']

/** In the order they are offered. */
export const attachmentKinds: readonly AttachmentKind[] = ['image', 'link', 'miniprogram', 'video', 'file']

/** Up to nine attachments in the order they are sent. */
export function AttachmentsEditor({
  value,
  onChange,
  complaintOf,
  kinds = attachmentKinds,
  label,
}: {
  value: readonly Attachment[]
  onChange: (attachments: Attachment[]) => void
  /** About one attachment. */
  complaintOf?: ((attachment: number) => string | undefined) | undefined
  kinds?: readonly AttachmentKind[]
  /** Where nothing around it says what this is. */
  label?: string
}) {
  const { t } = useText()
  const add = (attachment: Attachment) => onChange([...value, attachment])
  const isFull = value.length >= contentBounds.attachments
  return (
    <>
      {value.length > 0 && (
        <ol className="attachments">
          {value.map((attachment, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no identity but their place
            <li key={index}>
              <div className="attachment-body">
                <AttachmentFields value={attachment} onChange={(next) => onChange(value.with(index, next))} />
                <Complaint text={complaintOf?.(index)} />
              </div>
              <Button
                type="text"
                icon={<DeleteOutlined />}
                aria-label={t('liveCodes.removeAttachment')}
                title={t('liveCodes.removeAttachment')}
                onClick={() => onChange(value.filter((_, at) => at !== index))}
              />
            </li>
          ))}
        </ol>
      )}
      {!isFull && (
        <Row>
          {label && <span className="note">{label}</span>}
          {kinds.map((kind) => (
            <AddButton key={kind} kind={kind} add={add} />
          ))}
        </Row>
      )}
    </>
  )
}

const Complaint = ({ text }: { text: string | undefined }) =>
  text && (
    <p className="complaint" role="alert">
      {text}
    </p>
  )

function AddButton({ kind, add }: { kind: AttachmentKind; add: (attachment: Attachment) => void }) {
  const { t } = useText()
  const name = t(attachmentNames[kind])
  if (kind === 'link') return <Adder icon={<LinkOutlined />} name={name} add={() => add({ kind, title: '', url: 'https://' })} />
  if (kind === 'miniprogram')
    return <Adder icon={<MobileOutlined />} name={name} add={() => add({ kind, title: '', appId: '', page: '', picture: '' })} />
  return <FileUpload small {...uploads[kind]} label={name} onChange={(file) => add({ kind, file })} />
}

const Adder = ({ icon, name, add }: { icon: ReactNode; name: string; add: () => void }) => (
  <Button size="small" icon={icon} onClick={add}>
    {name}
  </Button>
)

export const attachmentNames = {
  image: 'liveCodes.addImage',
  link: 'liveCodes.addLink',
  miniprogram: 'liveCodes.addMiniprogram',
  video: 'liveCodes.addVideo',
  file: 'liveCodes.addFile',
} as const

const pictureTypes = 'image/png,image/jpeg'
const fileTypes = '.pdf,.xlsx,.csv,.mp4,image/*'

const uploads = {
  image: { icon: <PictureOutlined />, accept: pictureTypes },
  video: { icon: <VideoCameraOutlined />, accept: 'video/mp4' },
  file: { icon: <FileOutlined />, accept: fileTypes },
} as const

/** What an attachment still lacks, in words that say what to do. */
export function lackOf(attachment: Attachment, t: Translate): string | undefined {
  const missing = missingIn(attachment, t)
  return missing ?? (Attachment.safeParse(attachment).success ? undefined : t('liveCodes.lacks.shorter'))
}

function missingIn(attachment: Attachment, t: Translate): string | undefined {
  if (attachment.kind === 'image' || attachment.kind === 'video' || attachment.kind === 'file')
    return attachment.file ? undefined : t('liveCodes.lacks.file')
  if (!attachment.title.trim()) return t('liveCodes.lacks.title')
  if (attachment.kind === 'link')
    return URL.canParse(attachment.url) && /^https?:/.test(attachment.url) ? undefined : t('liveCodes.lacks.url')
  if (!/^wx[\w-]{6,62}$/.test(attachment.appId.trim())) return t('liveCodes.lacks.appId')
  if (!attachment.page.trim()) return t('liveCodes.lacks.page')
  return attachment.picture ? undefined : t('liveCodes.lacks.picture')
}

type TextFieldProps = { label: string; type?: 'url'; value: string; onChange: (text: string) => void }

const TextField = ({ label, onChange, ...input }: TextFieldProps) => (
  <Input {...input} placeholder={label} aria-label={label} onChange={(event) => onChange(event.target.value)} />
)

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
          <TextField label={t('liveCodes.linkTitle')} value={value.title} onChange={(title) => onChange({ ...value, title })} />
          <TextField label={t('liveCodes.linkUrl')} type="url" value={value.url} onChange={(url) => onChange({ ...value, url })} />
          <TextField
            label={t('liveCodes.linkDescription')}
            value={value.description ?? ''}
            onChange={(description) => onChange({ ...value, description: description || undefined })}
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
          <TextField label={t('liveCodes.linkTitle')} value={value.title} onChange={(title) => onChange({ ...value, title })} />
          <TextField label={t('liveCodes.appId')} value={value.appId} onChange={(appId) => onChange({ ...value, appId })} />
          <TextField label={t('liveCodes.pagePath')} value={value.page} onChange={(page) => onChange({ ...value, page })} />
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
