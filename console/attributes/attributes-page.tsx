import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, Select, Skeleton } from 'antd'
import { useState } from 'react'
import { type Attribute, attributeTypes, useAttributes, useDeleteAttribute, useSaveAttribute } from '#console/attributes/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { TagChips } from '#console/ui/tag-chips.tsx'

export function AttributesPage() {
  const { t } = useText()
  const list = useAttributes()
  const [editing, setEditing] = useState<Attribute | 'new'>()
  const create = (
    <Gate permission="customers.write">
      <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
        {t('attributes.create')}
      </Button>
    </Gate>
  )
  return (
    <Page title={t('attributes.title')} note={t('attributes.note')} actions={create}>
      <Section flush>
        {list.error ? (
          <Problem error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <div className="table-wait">
            <Skeleton active />
          </div>
        ) : list.data.items.length === 0 ? (
          <Empty title={t('attributes.none')} hint={t('attributes.noneHint')} action={create} />
        ) : (
          <PlainScroll>
            <table className="plain-table">
              <thead>
                <tr>
                  <th scope="col">{t('attributes.name')}</th>
                  <th scope="col">{t('attributes.type')}</th>
                  <th scope="col">{t('attributes.key')}</th>
                  <th scope="col">{t('attributes.choices')}</th>
                  <th scope="col" className="right">
                    {t('ui.actions')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.data.items.map((attribute) => (
                  <Line key={attribute.id} attribute={attribute} onEdit={() => setEditing(attribute)} />
                ))}
              </tbody>
            </table>
          </PlainScroll>
        )}
      </Section>
      <AttributeForm asked={editing} onClose={() => setEditing(undefined)} />
    </Page>
  )
}

function Line({ attribute, onEdit }: { attribute: Attribute; onEdit: () => void }) {
  const { t } = useText()
  const confirm = useConfirm()
  const remove = useDeleteAttribute()
  return (
    <tr>
      <th scope="row">{attribute.name}</th>
      <td>{t(`attributes.types.${attribute.type}`)}</td>
      <td>
        <code>{attribute.key}</code>
      </td>
      <td>{attribute.choices.length > 0 && <TagChips max={6} tags={attribute.choices.map((name) => ({ id: name, name }))} />}</td>
      <td className="right">
        <Gate permission="customers.write">
          <Button type="text" size="small" icon={<EditOutlined />} aria-label={`${t('ui.edit')} ${attribute.name}`} onClick={onEdit} />
          <Button
            type="text"
            size="small"
            icon={<DeleteOutlined />}
            aria-label={t('ui.deleteNamed', { name: attribute.name })}
            onClick={() =>
              confirm({
                title: t('attributes.deleteTitle', { name: attribute.name }),
                effect: t('attributes.deleteEffect'),
                act: t('ui.delete'),
                danger: true,
                run: () => remove.mutateAsync(attribute.id),
              })
            }
          />
        </Gate>
      </td>
    </tr>
  )
}

interface Values {
  name: string
  type: Attribute['type']
  choices?: string[]
}

function AttributeForm({ asked, onClose }: { asked: Attribute | 'new' | undefined; onClose: () => void }) {
  const { t } = useText()
  const save = useSaveAttribute()
  const known = asked === 'new' ? undefined : asked
  const submit = ({ name, type, choices }: Values) =>
    save.mutateAsync({
      name,
      ...(known ? { id: known.id } : { type }),
      ...((known?.type ?? type) === 'choice' ? { choices: choices ?? [] } : {}),
    })
  return (
    <FormDrawer<Values>
      key={known?.id ?? 'new'}
      title={t(known ? 'attributes.edit' : 'attributes.create')}
      open={asked !== undefined}
      onClose={onClose}
      initial={{ name: known?.name ?? '', type: known?.type ?? 'text', choices: known?.choices ?? [] }}
      onSubmit={submit}
    >
      <Form.Item name="name" label={t('attributes.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={50} autoComplete="off" />
      </Form.Item>
      <Form.Item name="type" label={t('attributes.type')} extra={known && t('attributes.typeFixed')}>
        <Select
          disabled={known !== undefined}
          options={attributeTypes.map((value) => ({ value, label: t(`attributes.types.${value}`) }))}
        />
      </Form.Item>
      <Form.Item noStyle dependencies={['type']}>
        {(form) =>
          form.getFieldValue('type') === 'choice' && (
            <Form.Item
              name="choices"
              label={t('attributes.choices')}
              extra={t('attributes.choicesHint')}
              rules={[{ required: true, type: 'array', min: 1, message: t('attributes.choicesMissing') }]}
            >
              <Select mode="tags" open={false} suffixIcon={null} />
            </Form.Item>
          )
        }
      </Form.Item>
    </FormDrawer>
  )
}
