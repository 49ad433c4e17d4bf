import { Form, Input, Radio } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import '#console/journeys/journeys.css'
import { type Template, useCreateJourney, useTemplates } from '#console/journeys/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Definition } from '#operation/journeys/definition.ts'
import type { Journey } from '#operation/journeys/schema.ts'

interface Values {
  template: string
  name?: string
}

const blank = 'blank'

/** A journey begins as a template or empty; a template gives it its name as well, unless somebody says another. */
export function NewJourney(props: { open: boolean; onClose: () => void; onSaved: (saved: Journey) => void }) {
  const { t, language } = useText()
  const templates = useTemplates().data?.items ?? []
  const create = useCreateJourney()
  const submit = async ({ template, name }: Values) => {
    const from = templates.find(({ key }) => key === template)
    props.onSaved(
      await create.mutateAsync({
        name: name?.trim() || (from?.name[language] ?? t('journeys.empty')),
        note: from?.note[language] ?? '',
        draft: from?.draft ?? Definition.parse({ entry: { by: 'hand' } }),
      }),
    )
  }
  return (
    <FormDrawer<Values>
      title={t('journeys.create')}
      open={props.open}
      onClose={props.onClose}
      initial={{ template: templates[0]?.key ?? blank }}
      submit={t('journeys.createAct')}
      onSubmit={submit}
    >
      <Form.Item name="template" label={t('journeys.from')} required>
        <Radio.Group className="template-choices">
          {templates.map((template) => (
            <TemplateChoice key={template.key} value={template.key} name={template.name[language]} note={template.note[language]} />
          ))}
          <TemplateChoice value={blank} name={t('journeys.empty')} note={t('journeys.emptyNote')} />
        </Radio.Group>
      </Form.Item>
      <Form.Item noStyle shouldUpdate={(before: Values, now: Values) => before.template !== now.template}>
        {(form) => (
          <Form.Item name="name" label={t('journeys.name')}>
            <Input maxLength={60} placeholder={nameOf(templates, form.getFieldValue('template'), language) ?? t('journeys.empty')} />
          </Form.Item>
        )}
      </Form.Item>
    </FormDrawer>
  )
}

const nameOf = (templates: Template[], key: unknown, language: 'zh' | 'en') => templates.find((one) => one.key === key)?.name[language]

const TemplateChoice = ({ value, name, note }: { value: string; name: string; note: string }) => (
  <Radio value={value}>
    <strong>{name}</strong>
    <span className="note wraps">{note}</span>
  </Radio>
)
