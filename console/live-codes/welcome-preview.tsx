import { FileOutlined, LinkOutlined } from '@ant-design/icons'
import { useText } from '#console/i18n/i18n.ts'
import { fileUrl } from '#console/ui/file-upload.tsx'
import { Face } from '#console/ui/person-chip.tsx'
import { Bubble, PhoneFrame } from '#console/ui/phone-frame.tsx'
import { fillIn, type Welcome } from '#growth/welcomes/schema.ts'
import type { Attachment } from '#operation/contents/schema.ts'

/** The chat as the customer sees it right after adding, filled in with an example. */
export function WelcomePreview({ welcome, employee, company }: { welcome: Welcome | null; employee: string; company: string }) {
  const { t } = useText()
  const face = <Face name={employee} />
  const text = welcome && fillIn(welcome.text, { nickname: t('liveCodes.sampleNickname'), employee, company })
  return (
    <PhoneFrame title={employee}>
      {!welcome && <p className="note phone-note">{t('liveCodes.noOwnWelcome')}</p>}
      {text && <Bubble face={face}>{text}</Bubble>}
      {welcome?.attachments.map((attachment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no identity but their place
        <Bubble key={index} face={face}>
          <AttachmentView attachment={attachment} />
        </Bubble>
      ))}
    </PhoneFrame>
  )
}

/** One attachment as it looks in a chat. */
export function AttachmentView({ attachment }: { attachment: Attachment }) {
  const { t } = useText()
  switch (attachment.kind) {
    case 'image':
      return attachment.file ? (
        <img className="bubble-picture" src={fileUrl(attachment.file)} alt="" />
      ) : (
        <span className="note">{t('liveCodes.addImage')}…</span>
      )
    case 'video':
    case 'file':
      return (
        <span>
          <FileOutlined /> {t('liveCodes.addFile')}
        </span>
      )
    case 'link':
      return (
        <span className="bubble-card">
          <strong>{attachment.title || t('liveCodes.linkTitle')}</strong>
          <span className="note">{attachment.description ?? attachment.url}</span>
          {attachment.picture ? <img src={fileUrl(attachment.picture)} alt="" /> : <LinkOutlined />}
        </span>
      )
    case 'miniprogram':
      return (
        <span className="bubble-card tall">
          <strong>{attachment.title || t('liveCodes.addMiniprogram')}</strong>
          {attachment.picture && <img src={fileUrl(attachment.picture)} alt="" />}
          <span className="note">{t('liveCodes.addMiniprogram')}</span>
        </span>
      )
  }
}
