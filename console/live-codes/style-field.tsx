import { Button, ColorPicker, Form, Input, Segmented } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { FileUpload } from '#console/ui/file-upload.tsx'
import { Row } from '#console/ui/page.tsx'
import { type Style, templates } from '#growth/live-codes/schema.ts'

/** Layout, words, colours and logo of the printed code. */
export function StyleField({
  value,
  onChange,
  complaint,
}: {
  value: Style
  onChange: (style: Style) => void
  complaint: string | undefined
}) {
  const { t } = useText()
  const set = (part: Partial<Style>) => onChange({ ...value, ...part })
  return (
    <>
      <Form.Item label={t('liveCodes.template')}>
        <Segmented
          value={value.template}
          options={templates.map((one) => ({ value: one, label: t(`liveCodes.templates.${one}`) }))}
          onChange={(template) => set({ template })}
        />
      </Form.Item>
      {value.template !== 'plain' && (
        <div className="slot-fields">
          <Form.Item label={t('liveCodes.headline')}>
            <Input
              aria-label={t('liveCodes.headline')}
              maxLength={40}
              value={value.title ?? ''}
              onChange={(event) => set({ title: event.target.value || undefined })}
            />
          </Form.Item>
          <Form.Item label={t('liveCodes.subtitle')}>
            <Input
              aria-label={t('liveCodes.subtitle')}
              maxLength={80}
              value={value.subtitle ?? ''}
              onChange={(event) => set({ subtitle: event.target.value || undefined })}
            />
          </Form.Item>
        </div>
      )}
      <div className="slot-fields">
        <Form.Item label={t('liveCodes.colour')} validateStatus={complaint ? 'error' : ''} help={complaint}>
          <ColorPicker
            disabledAlpha
            showText
            value={value.colour}
            onChangeComplete={(colour) => set({ colour: colour.toHexString().slice(0, 7) })}
          />
        </Form.Item>
        {value.template === 'poster' && (
          <Form.Item label={t('liveCodes.background')}>
            <ColorPicker
              disabledAlpha
              showText
              value={value.background}
              onChangeComplete={(colour) => set({ background: colour.toHexString().slice(0, 7) })}
            />
          </Form.Item>
        )}
      </div>
      <Row>
        <Chosen label={t('liveCodes.logo')} value={value.logo} onChange={(logo) => set({ logo })} />
        {value.template === 'poster' && (
          <Chosen label={t('liveCodes.picture')} value={value.picture} onChange={(picture) => set({ picture })} />
        )}
      </Row>
    </>
  )
}

function Chosen({ label, value, onChange }: { label: string; value: string | undefined; onChange: (file: string | undefined) => void }) {
  const { t } = useText()
  return (
    <Row>
      <FileUpload picture value={value} accept="image/png,image/jpeg" label={label} onChange={(file) => onChange(file)} />
      {value && (
        <Button type="link" size="small" onClick={() => onChange(undefined)}>
          {t('liveCodes.clear')} {label}
        </Button>
      )}
    </Row>
  )
}
