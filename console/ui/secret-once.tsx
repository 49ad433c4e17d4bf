import { Alert, Button, Modal } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { CopyId } from '#console/ui/copy-id.tsx'
import { Stack } from '#console/ui/page.tsx'

/** Something that is shown this one time. Closing needs a button, so that a stray click loses nothing. */
export function SecretOnce(props: {
  title: string
  hint: string
  secrets: { name: string; value: string }[] | undefined
  onClose: () => void
}) {
  const { t } = useText()
  return (
    <Modal
      title={props.title}
      open={props.secrets !== undefined}
      onCancel={props.onClose}
      footer={
        <Button type="primary" onClick={props.onClose}>
          {t('ui.secretKept')}
        </Button>
      }
      mask={{ closable: false }}
      keyboard={false}
      closable={false}
      destroyOnHidden
    >
      <Stack>
        <Alert type="warning" showIcon title={t('ui.secretOnce')} description={props.hint} />
        {props.secrets?.map(({ name, value }) => (
          <div key={name} className="secret">
            <span className="note">{name}</span>
            <CopyId value={value} />
          </div>
        ))}
      </Stack>
    </Modal>
  )
}
