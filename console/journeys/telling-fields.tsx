import { Alert, Checkbox, Select } from 'antd'
import { useStages } from '#console/follow-ups/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { attachmentsOf } from '#console/journeys/drawing.ts'
import { TextField } from '#console/journeys/small-fields.tsx'
import type { StepFieldsProps } from '#console/journeys/step-form.tsx'
import { AttachmentsEditor, attachmentKinds, lackOf } from '#console/live-codes/attachments-editor.tsx'
import { ChoiceField, Field } from '#console/reports/fields.tsx'
import { TagPicker } from '#console/tags/tag-picker.tsx'
import { useEmployeeNames } from '#console/team/queries.ts'
import type { Attachment } from '#operation/contents/schema.ts'
import type { Step } from '#operation/journeys/definition.ts'
import { momentKinds } from '#operation/moments/schema.ts'
import { variables } from '#operation/variables.ts'

type Telling = 'welcome' | 'message' | 'group_message' | 'moment' | 'sms' | 'notice'

/** How much each may say: a moment and a text message less than a chat. */
const most: Record<Telling, number> = { welcome: 4000, message: 4000, group_message: 4000, moment: 2000, sms: 500, notice: 500 }
const isPersonal = (type: Telling): type is 'welcome' | 'sms' | 'notice' => type === 'welcome' || type === 'sms' || type === 'notice'

/** Words to somebody, and who hears them. What WeCom does with them beyond that stands above. */
export function TellingFields({ step, onChange }: StepFieldsProps<Telling>) {
  const { t } = useText()
  const { type } = step
  const named = Object.keys(variables).map((name) => `{{${name}}}`)
  const hint = isPersonal(type)
    ? t('journeys.fields.scriptHint', { variables: named.join(t('ui.comma')), example: '{{name|您好}}' })
    : t('journeys.fields.textHint')
  return (
    <>
      {type !== 'message' && <Alert type="info" title={t(`journeys.abouts.${type}`)} />}
      {step.type === 'notice' && <EmployeesField step={step} onChange={onChange} />}
      <TextField
        name={t(type === 'notice' ? 'journeys.fields.noticeText' : 'journeys.fields.text')}
        hint={hint}
        max={most[type]}
        rows={4}
        value={step.text}
        onChange={(text) => onChange({ ...step, text })}
      />
      {'attachments' in step && (
        <Field name={t('liveCodes.attachments')}>
          <AttachmentsEditor
            value={attachmentsOf(step)}
            onChange={(attachments) => onChange({ ...step, attachments })}
            complaintOf={(index) => lackAt(attachmentsOf(step), index, t)}
            kinds={step.type === 'moment' ? momentKinds : attachmentKinds}
          />
        </Field>
      )}
      {step.type === 'moment' && <MomentTagField tag={step.tag} onChange={(tag) => onChange({ ...step, tag })} />}
      {'kind' in step && (
        <ChoiceField
          name={t('journeys.fields.kind')}
          value={step.kind}
          options={(['marketing', 'service'] as const).map((value) => ({ value, label: t(`journeys.fields.kinds.${value}`) }))}
          onChange={(kind) => onChange({ ...step, kind })}
        />
      )}
    </>
  )
}

function lackAt(attachments: readonly Attachment[], index: number, t: Translate): string | undefined {
  const attachment = attachments[index]
  return attachment && lackOf(attachment, t)
}

function EmployeesField({ step, onChange }: { step: StepFieldsProps<'notice'>['step']; onChange: (step: Step) => void }) {
  const { t } = useText()
  return (
    <Field name={t('journeys.fields.noticeTo')} hint={t('journeys.fields.noticeToHint')}>
      <Select
        mode="multiple"
        className="wide"
        aria-label={t('journeys.fields.noticeTo')}
        placeholder={t('journeys.words.colleague')}
        showSearch={{ optionFilterProp: 'label' }}
        maxCount={20}
        value={step.employees}
        options={useEmployeeNames()}
        onChange={(employees: string[]) => onChange({ ...step, employees })}
      />
    </Field>
  )
}

function MomentTagField({ tag, onChange }: { tag: string | null; onChange: (tag: string | null) => void }) {
  const { t } = useText()
  return (
    <Field name={t('journeys.fields.momentTag')} hint={t('journeys.fields.momentTagHint')}>
      <Checkbox checked={tag === null} onChange={({ target }) => onChange(target.checked ? null : '')}>
        {t('journeys.fields.momentAll')}
      </Checkbox>
      {tag !== null && <TagPicker value={tag} onChange={onChange} />}
    </Field>
  )
}

/** Which one-to-one stage the colleague comes to with the person. */
export function StageFields({ step, onChange }: StepFieldsProps<'stage'>) {
  const { t } = useText()
  const stages = useStages({ whose: 'team' }).data?.items ?? []
  return (
    <>
      <Field name={t('journeys.fields.stage')} hint={t('journeys.fields.stageHint')}>
        <Select
          className="wide"
          aria-label={t('journeys.fields.stage')}
          placeholder={t('journeys.words.unset')}
          value={step.stage || null}
          options={stages.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(stage: string | null) => stage && onChange({ ...step, stage })}
        />
      </Field>
      <Checkbox checked={step.back} onChange={({ target }) => onChange({ ...step, back: target.checked })}>
        {t('journeys.fields.stageBack')}
      </Checkbox>
    </>
  )
}
