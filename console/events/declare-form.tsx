import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, Form, Input, Select } from 'antd'
import { type DeclareValues, declarationOf, sampleOf } from '#console/events/declare.ts'
import { useDeclare, useWithdraw } from '#console/events/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { propertyTypes } from '#insight/tracking/schema.ts'

/** What an event of the company's own is called, and what it has to say. */
export function DeclareForm({ initial, known, onClose }: { initial: DeclareValues | undefined; known: boolean; onClose: () => void }) {
  const { t } = useText()
  const declare = useDeclare()
  const required = [{ required: true, whitespace: true, message: t('ui.required') }]
  return (
    <FormDrawer<DeclareValues>
      title={t(known ? 'events.declaration' : 'events.declare')}
      open={initial !== undefined}
      onClose={onClose}
      wide
      initial={initial ?? {}}
      extra={known && initial ? <Withdraw name={initial.name} onDone={onClose} /> : undefined}
      onSubmit={(values) => declare.mutateAsync({ name: values.name.trim(), ...declarationOf(values) })}
    >
      <Form.Item name="name" label={t('events.rawName')} extra={t('events.nameHint')} rules={required}>
        <Input disabled={known} maxLength={100} autoComplete="off" placeholder="course.finished" className="code-field" />
      </Form.Item>
      <Form.Item name="title" label={t('events.shownName')} rules={required}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="owner" label={t('events.owner')} extra={t('events.ownerHint')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="description" label={t('events.description')}>
        <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 6 }} />
      </Form.Item>
      <Properties />
      <Form.Item name="closed" valuePropName="checked" extra={t('events.closedHint')}>
        <Checkbox>{t('events.closed')}</Checkbox>
      </Form.Item>
      <Form.Item
        name="sample"
        label={t('events.sample')}
        extra={t('events.sampleHint')}
        rules={[
          {
            validator: (_rule, text: string) =>
              !text?.trim() || sampleOf(text) ? Promise.resolve() : Promise.reject(new Error(t('events.notJson'))),
          },
        ]}
      >
        <Input.TextArea className="code-field" autoSize={{ minRows: 3, maxRows: 12 }} spellCheck={false} />
      </Form.Item>
    </FormDrawer>
  )
}

function Withdraw({ name, onDone }: { name: string; onDone: () => void }) {
  const { t } = useText()
  const confirm = useConfirm()
  const withdraw = useWithdraw()
  return (
    <Button
      danger
      onClick={() =>
        confirm({
          title: t('events.withdrawTitle'),
          effect: t('events.withdrawEffect'),
          act: t('events.withdraw'),
          danger: true,
          run: async () => {
            await withdraw.mutateAsync(name)
            onDone()
          },
        })
      }
    >
      {t('events.withdraw')}
    </Button>
  )
}

function Properties() {
  const { t } = useText()
  const types = propertyTypes.map((value) => ({ value, label: t(`events.types.${value}`) }))
  return (
    <Form.Item label={t('events.fields')} extra={t('events.fieldsHint')}>
      <Form.List name="properties">
        {(fields, { add, remove }) => (
          <div className="stack tight">
            {fields.map(({ key, name }) => (
              <div key={key} className="planned-property">
                <Form.Item name={[name, 'name']} noStyle rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
                  <Input className="code-field" placeholder={t('events.fieldName')} aria-label={t('events.fieldName')} maxLength={100} />
                </Form.Item>
                <Form.Item name={[name, 'title']} noStyle>
                  <Input placeholder={t('events.fieldTitle')} aria-label={t('events.fieldTitle')} maxLength={100} />
                </Form.Item>
                <Form.Item name={[name, 'type']} noStyle>
                  <Select aria-label={t('events.fieldType')} options={types} />
                </Form.Item>
                <Form.Item name={[name, 'required']} noStyle valuePropName="checked">
                  <Checkbox>{t('events.fieldRequired')}</Checkbox>
                </Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={t('ui.delete')} onClick={() => remove(name)} />
              </div>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({ type: 'text', required: false })}>
              {t('events.addField')}
            </Button>
          </div>
        )}
      </Form.List>
    </Form.Item>
  )
}
