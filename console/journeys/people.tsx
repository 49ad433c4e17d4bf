import { FlagOutlined, LoginOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { type Counts, type JourneyRun, type JourneyTrace, type Passed, useRuns, useTrace } from '#console/journeys/queries.ts'
import { stepIcons } from '#console/journeys/step-icons.tsx'
import { type StepWords, useStepWords } from '#console/journeys/words.ts'
import { reasonText, SendState } from '#console/outbound/labels.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, fullTime, shortTime } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Facts, Row, Stack } from '#console/ui/page.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { usePersonName } from '#console/ui/person-name.ts'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { Timeline } from '#console/ui/timeline.tsx'
import { When } from '#console/ui/when.tsx'
import type { Journey } from '#operation/journeys/schema.ts'

/** Who stands at a step now, or everybody who ever entered; each with the way they took. */
export function PeopleSheet(props: {
  journey: Journey
  step: string | undefined
  counts: Counts | undefined
  open: boolean
  letIn: () => void
  onClose: () => void
}) {
  const { t } = useText()
  const words = useStepWords(props.journey.published ?? props.journey.draft)
  const step = props.journey.published?.steps.find(({ id }) => id === props.step)
  const title = step
    ? `${t('journeys.people')} · ${words.of(step)}`
    : t(props.step === undefined ? 'journeys.allPeople' : 'journeys.people')
  return (
    <SideSheet
      title={title}
      open={props.open}
      onClose={props.onClose}
      actions={
        props.step === undefined &&
        props.journey.state === 'running' && (
          <Gate permission="journeys.write">
            <Button onClick={props.letIn}>{t('journeys.letIn.title')}</Button>
          </Gate>
        )
      }
    >
      {props.open && props.step === undefined && <Doors counts={props.counts} />}
      {props.open && <People journey={props.journey} step={props.step} />}
    </SideSheet>
  )
}

/** Who came in of those who came, all versions together. */
function Doors({ counts }: { counts: Counts | undefined }) {
  const { t } = useText()
  const ways = counts?.steps.find(({ step }) => step === '')?.ways ?? {}
  const told = (['entered', 'refused', 'closed'] as const).filter((way) => (ways[way] ?? 0) > 0)
  const arrivals = counts?.arrivals ?? 0
  if (told.length < 2 && arrivals === 0) return null
  return (
    <Stats>
      {arrivals > 0 && <Stat name={t('journeys.arrivals.name')} hint={t('journeys.arrivals.nameHint')} value={exactNumber(arrivals)} />}
      {told.map((way) => (
        <Stat key={way} name={t(`journeys.doors.${way}`)} hint={t(`journeys.doorHints.${way}`)} value={exactNumber(ways[way] ?? 0)} />
      ))}
    </Stats>
  )
}

function People({ journey, step }: { journey: Journey; step: string | undefined }) {
  const { t } = useText()
  const called = usePersonName()
  const words = useStepWords(journey.published ?? journey.draft)
  const stepNames = new Map(journey.published?.steps.map((one) => [one.id, words.of(one)]))
  const list = useRuns(journey.id, step)
  const [run, setRun] = useState<string>()
  if (list.error) return <Problem error={list.error} retry={list.reload} />
  if (!list.loading && list.rows.length === 0)
    return <Empty title={t(step === undefined ? 'journeys.nobodyYet' : 'journeys.nobody')} hint={t('journeys.nobodyHint')} />
  return (
    <Stack>
      <ul className="lines">
        {list.rows.map((one) => (
          <li key={one.id}>
            <span className="person-text">
              <button type="button" className="opener person-name" onClick={() => setRun(one.id)}>
                {called(one.customer)}
              </button>
              <span className="note">
                {step === undefined && stepNames.get(one.step ?? '') && `${stepNames.get(one.step ?? '')} · `}
                {t('journeys.since')} <When at={one.enteredAt} />
                {one.wakeAt && (
                  <>
                    {' · '}
                    {t('journeys.wake')} <When at={one.wakeAt} />
                  </>
                )}
              </span>
            </span>
            <RunState run={one} t={t} />
          </li>
        ))}
      </ul>
      {list.more && (
        <Button block loading={list.loadingMore} onClick={list.loadMore}>
          {t('journeys.morePeople')}
        </Button>
      )}
      <SideSheet title={t('journeys.trace')} open={run !== undefined} onClose={() => setRun(undefined)}>
        {run && <Trace run={run} />}
      </SideSheet>
    </Stack>
  )
}

const tones = { active: 'waiting', done: 'good', left: 'plain', stopped: 'plain', failed: 'bad' } as const

export const RunState = ({ run, t }: { run: JourneyRun; t: Translate }) => (
  <Badge tone={run.goalAt ? 'good' : tones[run.state]}>{run.goalAt ? t('journeys.traceGoal') : t(`journeys.runStates.${run.state}`)}</Badge>
)

function Trace({ run }: { run: string }) {
  return <Awaited read={useTrace(run)}>{(trace) => <TraceView trace={trace} />}</Awaited>
}

/** One person's way in words, turn by turn. */
function TraceView({ trace }: { trace: JourneyTrace }) {
  const { t } = useText()
  const words = useStepWords(trace.definition)
  const { run } = trace
  return (
    <>
      <Facts
        items={[
          { name: t('journeys.customer'), value: <PersonLink {...run.customer} /> },
          { name: t('journeys.state'), value: <RunState run={run} t={t} /> },
          ...(run.state !== 'active' && run.reason ? [{ name: t('journeys.simulateEnds'), value: reasonWords(run.reason, t) }] : []),
          ...(run.wakeAt ? [{ name: t('journeys.wake'), value: <When at={run.wakeAt} /> }] : []),
        ]}
      />
      <TurnList
        turns={trace.turns}
        steps={trace.definition.steps}
        words={words}
        entered={{ at: run.enteredAt, title: t('journeys.traceStart', { version: run.version }) }}
        said={(step, turn) => fatesView(trace.turns[turn]?.sends[step])}
      />
    </>
  )
}

/** What became of a message by now, or of the message to each group: who has it, why not, when. */
const fatesView = (fates: readonly Fate[] | undefined) =>
  fates && fates.length > 0 && fates.map((fate) => <FateView key={fate.group?.id ?? ''} fate={fate} />)
type Fate = JourneyTrace['turns'][number]['sends'][string][number]

function FateView({ fate: { state, reason, employee, at, group } }: { fate: Fate }) {
  const { t } = useText()
  const words = [reasonText(t, reason), employee].filter(Boolean).join(' · ')
  return (
    <Row>
      <SendState state={state} />
      <span>
        {group && (
          <Link to="/groups/$groupId" params={{ groupId: group.id }}>
            {group.name || t('groups.unnamed')}
          </Link>
        )}
        {group && words !== '' && ' · '}
        {words} <When at={at} />
      </span>
    </Row>
  )
}

export const reasonWords = (reason: string, t: Translate): string =>
  reasons.some((one) => one === reason) ? t(`journeys.reasons.${reason as (typeof reasons)[number]}`) : reason
const reasons = ['done', 'goal', 'exit', 'merged', 'held_out', 'stopped', 'endless', 'lost', 'later'] as const

/** Turns in words, the first on top, because a way is read from its start. */
export function TurnList(props: {
  turns: Pick<JourneyTrace['turns'][number], 'at' | 'passed'>[]
  steps: JourneyTrace['definition']['steps']
  words: StepWords
  entered?: { at: string; title: string }
  said?: (step: string, turn: number) => React.ReactNode
}) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const items = props.turns.flatMap(({ at, passed }, turn) =>
    passed.flatMap((one, i) => {
      // What could not be done says so in its step's place; a rule that could not be asked has led somewhere all the same.
      const missed = missedWay(passed[i + 1])
      if (missed && missed !== 'missed:rule_refused') return []
      const words = passedWords(one, props.steps, props.words, t, (iso) => (
        <span title={fullTime(iso, timezone)}>{shortTime(iso, timezone, language)}</span>
      ))
      const item = {
        id: `${turn} ${i}`,
        at,
        icon: <PassedIcon passed={one} steps={props.steps} />,
        ...words,
        detail: ('way' in one && props.said?.(one.step, turn)) || words.detail,
      }
      return [item]
    }),
  )
  const { entered } = props
  return (
    <Timeline
      items={[
        ...(entered ? [{ id: 'entered', at: entered.at, tone: 'good' as const, icon: <LoginOutlined />, title: entered.title }] : []),
        ...items,
      ]}
    />
  )
}

const missedWay = (passed: Passed | undefined): string | undefined =>
  passed !== undefined && 'way' in passed && passed.way.startsWith('missed:') ? passed.way : undefined

function PassedIcon({ passed, steps }: { passed: Passed; steps: JourneyTrace['definition']['steps'] }) {
  const step = steps.find(({ id }) => id === passed.step)
  const Icon = step ? stepIcons[step.type] : FlagOutlined
  return <Icon aria-hidden="true" />
}

function passedWords(
  passed: Passed,
  steps: JourneyTrace['definition']['steps'],
  words: StepWords,
  t: Translate,
  when: (iso: string) => React.ReactNode,
): { title: string; detail?: React.ReactNode; tone?: 'good' | 'waiting' } {
  const step = steps.find(({ id }) => id === passed.step)
  if ('until' in passed)
    return {
      title: step ? words.of(step) : passed.step,
      tone: 'waiting',
      detail: (
        <>
          {t('journeys.wake')} {when(passed.until)}
        </>
      ),
    }
  if (passed.step === '') return { title: passed.way === 'goal' ? t('journeys.traceGoal') : reasonWords(passed.way, t), tone: 'good' }
  const way = step ? words.way(step, passed.way) : ''
  if (missedWay(passed))
    return { title: t('journeys.notDone', { step: step ? words.of(step) : passed.step }), detail: way, tone: 'waiting' }
  return { title: step ? words.of(step) : passed.step, ...(way ? { detail: `→ ${way}` } : {}) }
}
