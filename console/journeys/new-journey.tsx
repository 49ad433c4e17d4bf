import { Form, Input, Radio } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import '#console/journeys/journeys.css'
import { type Template, useCreateJourney, useTemplates } from '#console/journeys/queries.ts'
import { useSegmentNames } from '#console/segments/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { daysAfter, todayIn } from '#console/ui/format.ts'
import { Definition } from '#operation/journeys/definition.ts'
import type { Journey } from '#operation/journeys/schema.ts'

interface Values {
  template: string
  name?: string
}

const blank = 'blank'

/**
 * A journey begins as a template or empty; a template gives it its name as well, unless somebody says another. For a `segment` its
 * people come in: the templates are those that take a segment, and an empty one takes everybody who is in it, once.
 */
export function NewJourney(props: { segment?: string | undefined; open: boolean; onClose: () => void; onSaved: (saved: Journey) => void }) {
  const { t, language } = useText()
  const { segment } = props
  const { timezone } = useTenant()
  const all = useTemplates().data?.items ?? []
  const templates = segment ? all.filter(({ draft }) => 'segment' in draft.entry) : all
  const segments = useSegmentNames()
  const whom = segments.find(({ value }) => value === segment)?.label
  const nameless = whom?.slice(0, 60) ?? t('journeys.empty')
  const create = useCreateJourney()
  const submit = async ({ template, name }: Values) => {
    const from = templates.find(({ key }) => key === template)
    props.onSaved(
      await create.mutateAsync({
        name: name?.trim() || (from?.name[language] ?? nameless),
        note: from?.note[language] ?? '',
        draft: begun(from?.draft, segment, daysAfter(todayIn(timezone), 1)),
      }),
    )
  }
  return (
    <FormDrawer<Values>
      title={t('journeys.create')}
      open={props.open}
      onClose={props.onClose}
      initial={{ template: segment ? blank : (templates[0]?.key ?? blank) }}
      submit={t('journeys.createAct')}
      onSubmit={submit}
    >
      {segment && (
        <Form.Item label={t('journeys.whoEnters')} required>
          {whom ?? '…'}
        </Form.Item>
      )}
      <Form.Item name="template" label={t('journeys.from')} required>
        <Radio.Group className="template-choices">
          {templates.map((template) => (
            <TemplateChoice key={template.key} value={template.key} name={template.name[language]} note={template.note[language]} />
          ))}
          <TemplateChoice value={blank} name={t('journeys.empty')} note={t(segment ? 'journeys.emptyOnce' : 'journeys.emptyNote')} />
        </Radio.Group>
      </Form.Item>
      <Form.Item noStyle shouldUpdate={(before: Values, now: Values) => before.template !== now.template}>
        {(form) => (
          <Form.Item name="name" label={t('journeys.name')}>
            <Input maxLength={60} placeholder={nameOf(templates, form.getFieldValue('template'), language) ?? nameless} />
          </Form.Item>
        )}
      </Form.Item>
    </FormDrawer>
  )
}

/** Tomorrow morning: until then there is time to draw it. */
function begun(template: Definition | undefined, segment: string | undefined, tomorrow: string): Definition {
  if (!segment) return template ?? Definition.parse({ entry: { by: 'hand' } })
  if (template && 'segment' in template.entry) return { ...template, entry: { ...template.entry, segment } }
  return Definition.parse({ entry: { by: 'schedule', segment, repeat: { every: 'once', at: '10:00', date: tomorrow } } })
}

const nameOf = (templates: Template[], key: unknown, language: 'zh' | 'en') => templates.find((one) => one.key === key)?.name[language]

const TemplateChoice = ({ value, name, note }: { value: string; name: string; note: string }) => (
  <Radio value={value}>
    <strong>{name}</strong>
    <span className="note wraps">{note}</span>
  </Radio>
)
