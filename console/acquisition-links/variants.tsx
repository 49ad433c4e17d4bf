import { DeleteOutlined, EditOutlined, PlusOutlined, QrcodeOutlined } from '@ant-design/icons'
import { Button, Dropdown, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { imageUrl, useDeleteVariant, useSaveVariant } from '#console/acquisition-links/queries.ts'
import { useChannelNames } from '#console/channels/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Facts, Row, Section, Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import type { AcquisitionLink, Variant } from '#growth/acquisition-links/schema.ts'

type Editing = { variant?: Variant }

/** Where the link was given away: each place with its address, its code and what came from it. */
export function Variants({ link }: { link: AcquisitionLink }) {
  const { t } = useText()
  const [editing, setEditing] = useState<Editing>()
  const [shown, setShown] = useState<Variant>()
  return (
    <Section
      title={t('acquisitionLinks.variants')}
      note={t('acquisitionLinks.variantsNote')}
      actions={
        <Gate permission="acquisition_links.write">
          <Button size="small" icon={<PlusOutlined />} onClick={() => setEditing({})}>
            {t('acquisitionLinks.addVariant')}
          </Button>
        </Gate>
      }
    >
      <ul className="lines members">
        {link.variants.map((variant) => (
          <li key={variant.id}>
            <Place link={link} variant={variant} edit={() => setEditing({ variant })} show={() => setShown(variant)} />
          </li>
        ))}
      </ul>
      <VariantForm link={link} editing={editing} onClose={() => setEditing(undefined)} />
      {shown && <CodeSheet link={link} variant={shown} onClose={() => setShown(undefined)} />}
    </Section>
  )
}

const useNameOf = () => {
  const { t } = useText()
  return (variant: Pick<Variant, 'isMain' | 'name'>) => (variant.isMain ? t('acquisitionLinks.main') : variant.name)
}

function Place({ link, variant, edit, show }: { link: AcquisitionLink; variant: Variant; edit: () => void; show: () => void }) {
  const { t } = useText()
  const nameOf = useNameOf()
  const notes = [variant.channel?.name, variant.note, t('acquisitionLinks.cardNote', { added: variant.added, wrote: variant.wrote })]
  return (
    <Stack tight>
      <Row between>
        <span>
          <strong>{nameOf(variant)}</strong>
          <span className="note"> {notes.filter(Boolean).join(' · ')}</span>
        </span>
        <Row>
          <Button size="small" type="text" icon={<QrcodeOutlined />} disabled={!variant.url} onClick={show}>
            {t('acquisitionLinks.qr')}
          </Button>
          {!variant.isMain && <PlaceMenu link={link} variant={variant} edit={edit} />}
        </Row>
      </Row>
      {variant.url ? (
        <Facts
          items={[
            { name: t('acquisitionLinks.copyLink'), value: <CopyId value={variant.url} /> },
            { name: t('acquisitionLinks.shortLink'), value: <CopyId value={variant.shortUrl} /> },
          ]}
        />
      ) : (
        <p className="note">{t('acquisitionLinks.notYet')}</p>
      )}
    </Stack>
  )
}

function PlaceMenu({ link, variant, edit }: { link: AcquisitionLink; variant: Variant; edit: () => void }) {
  const { t } = useText()
  const confirm = useConfirm()
  const drop = useDeleteVariant()
  const ask = () =>
    confirm({
      title: `${t('acquisitionLinks.deleteVariant')}「${variant.name}」`,
      effect: t('acquisitionLinks.deleteVariantEffect'),
      act: t('acquisitionLinks.deleteVariant'),
      danger: true,
      run: () => drop.mutateAsync({ link: link.id, id: variant.id }),
    })
  return (
    <Gate permission="acquisition_links.write">
      <Button size="small" type="text" icon={<EditOutlined />} aria-label={`${t('ui.edit')} ${variant.name}`} onClick={edit} />
      <Button size="small" type="text" icon={<DeleteOutlined />} aria-label={`${t('ui.delete')} ${variant.name}`} onClick={ask} />
    </Gate>
  )
}

interface Values {
  name: string
  note?: string | null
  channelId?: string | null
}

function VariantForm({ link, editing, onClose }: { link: AcquisitionLink; editing: Editing | undefined; onClose: () => void }) {
  const { t } = useText()
  const save = useSaveVariant()
  const channels = useChannelNames()
  const variant = editing?.variant
  const submit = ({ name, note, channelId }: Values) =>
    save.mutateAsync({ link: link.id, id: variant?.id, name, note: note || null, channelId: channelId ?? null })
  return (
    <FormDrawer<Values>
      key={variant?.id ?? 'new'}
      title={t(variant ? 'acquisitionLinks.editVariant' : 'acquisitionLinks.addVariant')}
      open={editing !== undefined}
      onClose={onClose}
      initial={variant ? { name: variant.name, note: variant.note, channelId: variant.channel?.id ?? null } : {}}
      onSubmit={submit}
    >
      <Form.Item
        name="name"
        label={t('acquisitionLinks.variantName')}
        rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
      >
        <Input maxLength={40} autoComplete="off" placeholder={t('acquisitionLinks.variantPlaceholder')} />
      </Form.Item>
      <Form.Item name="channelId" label={t('acquisitionLinks.variantChannel')}>
        <Select allowClear showSearch optionFilterProp="label" options={channels} />
      </Form.Item>
      <Form.Item name="note" label={t('acquisitionLinks.variantNote')}>
        <Input.TextArea maxLength={200} autoSize={{ minRows: 2, maxRows: 4 }} />
      </Form.Item>
    </FormDrawer>
  )
}

function CodeSheet({ link, variant, onClose }: { link: AcquisitionLink; variant: Variant; onClose: () => void }) {
  const { t } = useText()
  const nameOf = useNameOf()
  const file = (format: string) => imageUrl(link.id, variant.id, { format, size: '2000', download: 'true' })
  return (
    <SideSheet open onClose={onClose} title={`${link.name} · ${nameOf(variant)}`}>
      <Stack>
        <img className="code-picture" src={imageUrl(link.id, variant.id, { size: '800' })} alt={`${link.name} ${nameOf(variant)}`} />
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'png', label: <a href={file('png')}>PNG</a> },
              { key: 'svg', label: <a href={file('svg')}>SVG</a> },
              { key: 'pdf', label: <a href={file('pdf')}>PDF</a> },
            ],
          }}
        >
          <Button block>{t('acquisitionLinks.download')}</Button>
        </Dropdown>
        <Facts
          items={[
            { name: t('acquisitionLinks.copyLink'), value: <CopyId value={variant.url ?? ''} /> },
            { name: t('acquisitionLinks.shortLink'), value: <CopyId value={variant.shortUrl} /> },
          ]}
        />
        <p className="note">{t('acquisitionLinks.shortHint')}</p>
      </Stack>
    </SideSheet>
  )
}
