import { ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input } from 'antd'
import { useSaveStages } from '#console/follow-ups/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Row } from '#console/ui/page.tsx'
import type { Stage } from '#operation/follow-ups/schema.ts'

interface Values {
  stages: { id?: string; name: string }[]
}

/** The stages in their order. */
export function StagesForm({ stages, open, onClose }: { stages: Stage[]; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const save = useSaveStages()
  return (
    <FormDrawer<Values>
      title={t('followUps.editStages')}
      open={open}
      onClose={onClose}
      initial={{ stages: stages.map(({ id, name }) => ({ id, name })) }}
      onSubmit={(values) => save.mutateAsync(values)}
    >
      <p className="note">{t('followUps.stagesNote')}</p>
      <Form.List name="stages">
        {(fields, { add, remove, move }) => (
          <>
            {fields.map(({ key, name }) => (
              <Row key={key}>
                <Form.Item
                  name={[name, 'name']}
                  className="tight"
                  rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
                >
                  <Input maxLength={20} aria-label={t('followUps.stageName')} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<ArrowUpOutlined />}
                  aria-label={t('followUps.moveUp')}
                  disabled={name === 0}
                  onClick={() => move(name, name - 1)}
                />
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('ui.delete')}
                  disabled={fields.length === 1}
                  onClick={() => remove(name)}
                />
              </Row>
            ))}
            <Button icon={<PlusOutlined />} disabled={fields.length >= 12} onClick={() => add({ name: '' })}>
              {t('followUps.addStage')}
            </Button>
          </>
        )}
      </Form.List>
    </FormDrawer>
  )
}
