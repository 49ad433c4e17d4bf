import { bytesOf, contentBounds, variablesIn } from '../contents/schema.ts'
import { momentRefusals } from '../moments/schema.ts'
import { hasVariables, wrongVariables } from '../variables.ts'
import { type Definition, greetedEvent, type Saying, type Step, type StepOf, waysOf } from './definition.ts'

/** What is wrong with a journey and where: the step (null: the journey itself) and the field within it. */
export type Issue = {
  step: string | null
  field: string
  code: string
  message: string
  severity: 'error' | 'warning'
  details?: Record<string, unknown> | undefined
}

const issue = (step: string | null, field: string, code: string, message: string, severity: Issue['severity'] = 'error'): Issue => ({
  step,
  field,
  code: `journey.${code}`,
  message,
  severity,
})

/** What can be told from the drawing alone. */
export function checkDefinition(definition: Definition): Issue[] {
  const { steps, start, entry, reentry } = definition
  const ids = new Set(steps.map(({ id }) => id))
  const tasks = new Set(steps.flatMap(({ id, type }) => (type === 'task' ? [id] : [])))
  const twice = steps.filter(({ id }, i) => steps.findIndex((one) => one.id === id) < i)
  return [
    ...(start === null || !ids.has(start) ? [issue(null, 'start', 'no_start', 'Say which step comes first.')] : []),
    ...('segment' in entry && entry.segment === ''
      ? [issue(null, 'entry.segment', 'no_segment', 'Choose the segment whose people come in.')]
      : []),
    ...(reentry.policy === 'each' && entry.by !== 'event'
      ? [issue(null, 'reentry', 'each_without_event', 'One run a value needs an event to come in by.')]
      : []),
    ...twice.map(({ id }) => issue(id, 'id', 'step_twice', 'Two steps have this name.')),
    ...steps.flatMap((step) => [...checkWays(step, ids), ...checkStep(step, tasks)]),
    ...lateWelcomes(definition),
    ...(twice.length > 0 ? [] : [...endlessSteps(definition), ...unreachedSteps(definition)]),
  ]
}

const checkWays = (step: Step, ids: ReadonlySet<string>): Issue[] =>
  waysOf(step).flatMap(({ way, to }) =>
    to === null || ids.has(to) ? [] : [issue(step.id, way, 'unknown_step', 'This way leads to a step that is not there.')],
  )

function checkStep(step: Step, tasks: ReadonlySet<string>): Issue[] {
  switch (step.type) {
    case 'split':
      return checkWeights(step)
    case 'wait_for':
      return step.happens.flatMap((one, i) => {
        if ('rule' in one) return checkEmpty(step, `happens.${i}.rule`, one.rule)
        return 'task' in one && !tasks.has(one.task)
          ? [issue(step.id, `happens.${i}.task`, 'unknown_task', 'No step asks for this task.')]
          : []
      })
    case 'branch':
      return step.paths.flatMap(({ when }, i) => ('rule' in when ? checkEmpty(step, `paths.${i}.when.rule`, when.rule) : []))
    case 'task':
      return [...checkText(step, 'title', step.title), ...checkText(step, 'script', step.script ?? '')]
    case 'notice':
    case 'sms':
      return checkText(step, 'text', step.text)
    case 'welcome':
      return [...checkText(step, 'text', step.text), ...checkBounds(step)]
    case 'message':
    case 'group_message':
      return [...checkPlain(step), ...checkBounds(step)]
    case 'moment':
      return [...checkPlain(step), ...checkBounds(step), ...checkMoment(step)]
    default:
      return []
  }
}

/** A rule of the builder that nobody has put anything into: it holds for everybody. */
function checkEmpty({ id }: Step, field: string, rule: unknown): Issue[] {
  const parts = typeof rule === 'object' && rule !== null && 'and' in rule ? rule.and : undefined
  return Array.isArray(parts) && parts.length === 0
    ? [issue(id, field, 'rule_empty', 'There are no conditions: everybody fits.', 'warning')]
    : []
}

const checkText = ({ id }: Step, field: string, text: string): Issue[] =>
  wrongVariables(text).map((wrong) => issue(id, field, 'unknown_variable', `"${wrong.slice(0, 40)}" is no variable.`))

/** Braces of either kind: what goes to many has nothing to fill them with, and is not sent with them. */
const checkPlain = ({ id, text }: Saying): Issue[] =>
  hasVariables(text) || variablesIn(text).length > 0
    ? [issue(id, 'text', 'message_variable', 'WeCom sends one text to everybody. A task for the colleague may name the person.')]
    : []

const checkBounds = ({ id, text, attachments }: Saying): Issue[] => [
  ...(bytesOf(text) > contentBounds.textBytes
    ? [issue(id, 'text', 'message_too_long', `At most ${contentBounds.textBytes} bytes; a Chinese letter has three.`)]
    : []),
  ...(attachments.length > contentBounds.attachments
    ? [issue(id, 'attachments', 'attachments', `WeCom takes at most ${contentBounds.attachments} attachments.`)]
    : []),
]

const checkMoment = ({ id, attachments }: StepOf<'moment'>): Issue[] =>
  momentRefusals(attachments).map(({ reason, message, path }) => issue(id, path.join('.'), `moment_${reason}`, message))

/** A code for a greeting lives twenty seconds and greets once: only whoever was just added can be greeted, before any wait. */
function lateWelcomes({ entry, start, steps }: Definition): Issue[] {
  const isAdded = entry.by === 'event' && entry.event === greetedEvent
  const early = new Set<string>()
  for (const left = [start]; left.length > 0; ) {
    const step = steps.find(({ id }) => id === left[0])
    left.shift()
    if (!step || early.has(step.id)) continue
    early.add(step.id)
    if (!isWait(step) && step.type !== 'welcome') left.push(...waysOf(step).map(({ to }) => to))
  }
  return steps.flatMap(({ id, type }) => {
    if (type !== 'welcome') return []
    if (!isAdded) return [issue(id, 'type', 'welcome_entry', 'Only journeys that customers enter by being added can greet.')]
    return early.has(id) ? [] : [issue(id, 'type', 'welcome_late', 'A greeting comes before any wait, and once on each way.')]
  })
}

const isWait = ({ type }: Step): boolean => type === 'wait' || type === 'wait_until' || type === 'wait_for'

function checkWeights({ id, paths }: StepOf<'split'>): Issue[] {
  const bad = paths.flatMap(({ weight }, i) =>
    weight >= 1 && weight <= 100 ? [] : [issue(id, `paths.${i}.weight`, 'weight', 'A share is 1 % to 100 %.')],
  )
  const total = paths.reduce((sum, { weight }) => sum + weight, 0)
  return bad.length === 0 && total !== 100 ? [issue(id, 'paths', 'weights', `The shares add up to ${total} %, not to 100 %.`)] : bad
}

/** Steps of a circle in which nobody ever waits. Waiting for a segment or a rule may be over at once, so it does not count. */
function endlessSteps({ steps }: Definition): Issue[] {
  const rests = (step: Step) =>
    step.type === 'wait' ||
    step.type === 'wait_until' ||
    (step.type === 'wait_for' && step.happens.every((one) => !('segment' in one || 'rule' in one)))
  const moving = new Map(steps.filter((step) => !rests(step)).map((step) => [step.id, step]))
  const reaches = (from: Step): boolean => {
    const seen = new Set<string>()
    const left = waysOf(from).map(({ to }) => to)
    for (let to = left.pop(); to !== undefined; to = left.pop()) {
      if (to === from.id) return true
      const step = to === null || seen.has(to) ? undefined : moving.get(to)
      if (step) left.push(...waysOf(step).map((way) => way.to))
      if (to !== null) seen.add(to)
    }
    return false
  }
  return [...moving.values()]
    .filter(reaches)
    .map(({ id }) =>
      issue(id, 'next', 'endless', 'This step comes round to itself and nobody waits on the way. Put a wait into the circle.'),
    )
}

function unreachedSteps({ steps, start }: Definition): Issue[] {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const reached = new Set<string>()
  const left = start === null ? [] : [start]
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    const step = reached.has(id) ? undefined : byId.get(id)
    if (!step) continue
    reached.add(id)
    left.push(...waysOf(step).flatMap(({ to }) => (to === null ? [] : [to])))
  }
  return steps
    .filter(({ id }) => start !== null && !reached.has(id))
    .map(({ id }) => issue(id, 'id', 'unreached', 'Nobody ever comes to this step.', 'warning'))
}
