import { CheckCircleOutlined, CloseCircleOutlined, WarningOutlined } from '@ant-design/icons'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { type CheckedIssue, useCheck } from '#console/journeys/queries.ts'
import type { StepWords } from '#console/journeys/words.ts'
import { lackOf } from '#console/live-codes/attachments-editor.tsx'
import { explained } from '#console/ui/problem.tsx'
import { Definition } from '#operation/journeys/definition.ts'

export interface Issue {
  step: string | null
  text: string
  severity: CheckedIssue['severity']
}

export interface Checked {
  issues: Issue[]
  /** Everything is filled in that must be: the server takes it, and can tell what else is wrong. */
  isWhole: boolean
}

/** What is not filled in yet; when nothing is missing, what the server finds. */
export function useIssues(journey: string, drawing: Definition): Checked {
  const { t } = useText()
  const read = Definition.safeParse(drawing)
  const checked = useCheck(journey, read.success ? read.data : undefined)
  if (read.success) return { isWhole: true, issues: once((checked.data?.items ?? []).map((one) => ({ ...one, text: textOf(one, t) }))) }
  return { isWhole: false, issues: once(read.error.issues.map(({ path }) => unfilled(drawing, path, t))) }
}

const once = (issues: Issue[]): Issue[] => [...new Map(issues.map((one) => [`${one.step} ${one.text}`, one])).values()]

function textOf(issue: CheckedIssue, t: Translate): string {
  const { step, field, code } = issue
  const text = explained(issue)
  // The settings have events in many places.
  return step === null && code === 'report.property_unknown'
    ? t('journeys.ofField', { field: rootName(field.split('.')[0] ?? '', t), text })
    : placeWords(field, text, t)
}

/** Which of a step's attachments it is about. */
function placeWords(field: string, text: string, t: Translate): string {
  const [, place] = /^attachments\.(\d+)/.exec(field) ?? []
  return place === undefined ? text : t('journeys.ofAttachment', { number: Number(place) + 1, text })
}

function unfilled(drawing: Definition, [root, index, ...path]: PropertyKey[], t: Translate): Issue {
  const step = root === 'steps' ? drawing.steps[Number(index)] : undefined
  const attachment = step && path[0] === 'attachments' && 'attachments' in step ? step.attachments[Number(path[1])] : undefined
  const lack = attachment && lackOf(attachment, t)
  if (step && lack) return { step: step.id, text: placeWords(path.join('.'), lack, t), severity: 'error' }
  if (step?.type === 'split' && path.includes('weight')) return { step: step.id, text: t('journeys.fields.shareWrong'), severity: 'error' }
  const field = step ? fieldName(step.type, path, t) : rootName(String(root), t)
  return { step: step?.id ?? null, text: t('journeys.unfilled', { field }), severity: 'error' }
}

function fieldName(type: string, path: PropertyKey[], t: Translate): string {
  const names: Record<string, string> = {
    tag: t('journeys.fields.tag'),
    key: t('journeys.fields.attribute'),
    title: t('journeys.fields.taskTitle'),
    due: t('journeys.fields.due'),
    text: t(type === 'notice' ? 'journeys.fields.noticeText' : 'journeys.fields.text'),
    value: t(type === 'offer' ? 'journeys.fields.offerValue' : 'journeys.fields.value'),
    signal: t('journeys.fields.signal'),
    stage: t('journeys.fields.stage'),
    employees: t('journeys.fields.noticeTo'),
    for: t('journeys.fields.span'),
    at_time: t('journeys.fields.time'),
    weekdays: t('journeys.fields.weekdays'),
    happens: t('journeys.fields.happens'),
    timeout: t('journeys.fields.timeout'),
    paths: t(path.includes('name') ? 'journeys.fields.pathName' : type === 'split' ? 'journeys.fields.shares' : 'journeys.fields.when'),
  }
  return names[String(path[0])] ?? t('journeys.step')
}

function rootName(root: string, t: Translate): string {
  if (root === 'entry') return t('journeys.entry.by')
  if (root === 'reentry') return t('journeys.reentry.policy')
  if (root === 'exits') return t('journeys.exits')
  return root === 'goal' ? t('journeys.goalTitle') : t('journeys.settings')
}

/** What is to be mended; a click leads to the step. */
export function IssueList(props: { checked: Checked; drawing: Definition; words: StepWords; choose: (step: string | null) => void }) {
  const { t } = useText()
  const { issues } = props.checked
  if (issues.length === 0)
    return (
      <p className="journey-fine">
        <CheckCircleOutlined /> {t('journeys.noIssues')}
      </p>
    )
  const nameOf = (id: string | null) => {
    const step = props.drawing.steps.find((one) => one.id === id)
    if (!step) return t('journeys.ofJourney')
    // The kind first: a step that says nothing yet has no other name.
    const [type, words] = [t(`journeys.types.${step.type}`), props.words.of(step)]
    return step.name || (words.startsWith(type) ? words : `${type} · ${words}`)
  }
  return (
    <ul className="journey-issues" aria-label={t('journeys.issues')}>
      {issues.map((issue) => (
        <li key={`${issue.step} ${issue.text}`}>
          <button type="button" className={issue.severity} onClick={() => props.choose(issue.step)}>
            {issue.severity === 'error' ? <CloseCircleOutlined /> : <WarningOutlined />}
            <span>
              <span className="journey-issue-step">{nameOf(issue.step)}</span>
              <span>{issue.text}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
