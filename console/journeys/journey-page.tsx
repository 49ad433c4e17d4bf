import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Alert, App, Button, ConfigProvider, Skeleton } from 'antd'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import '#console/journeys/journeys.css'
import { ApiError } from '#console/api/client.ts'
import { useMay } from '#console/api/session.ts'
import { useTrialsOn } from '#console/experiments/queries.ts'
import { TrialLines } from '#console/experiments/trial-lines.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { JourneyActions } from '#console/journeys/actions.tsx'
import { pausedDoor } from '#console/journeys/arrivals.ts'
import type { DrawingProps } from '#console/journeys/canvas.tsx'
import { addStep, changeStep, removeStep, stepOf } from '#console/journeys/drawing.ts'
import { type Checked, IssueList, useIssues } from '#console/journeys/issues.tsx'
import { placed } from '#console/journeys/layout.ts'
import { LetInSheet } from '#console/journeys/let-in.tsx'
import { PeopleSheet } from '#console/journeys/people.tsx'
import { type Counts, useCounts, useJourney, useReviewEntries, useReviewJourney } from '#console/journeys/queries.ts'
import { SettingsForm } from '#console/journeys/settings-form.tsx'
import { StepForm } from '#console/journeys/step-form.tsx'
import { StepList } from '#console/journeys/step-list.tsx'
import { StepSends } from '#console/journeys/step-sends.tsx'
import { type Edit, useEdit } from '#console/journeys/use-edit.ts'
import { Watched } from '#console/journeys/watched.tsx'
import { type StepWords, useStepWords } from '#console/journeys/words.ts'
import { EffectBox } from '#console/outbound/effect.tsx'
import { ReviewBox } from '#console/outbound/review-box.tsx'
import { StopBar } from '#console/outbound/stop-bar.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Back } from '#console/ui/back.tsx'
import { RestoredNotice } from '#console/ui/draft.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Page, Section, Stack } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { problemText } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import type { Review } from '#operation/approvals/approval.ts'
import type { Experiment } from '#operation/experiments/schema.ts'
import type { Journey } from '#operation/journeys/schema.ts'

const route = getRouteApi('/app/journeys/$journeyId')

const Canvas = lazy(() => import('#console/journeys/canvas.tsx').then((module) => ({ default: module.Canvas })))

/** One journey: drawn, mended, started, and watched while people walk it. */
export function JourneyPage() {
  const { t } = useText()
  const { journeyId } = route.useParams()
  const read = useJourney(journeyId)
  if (read.data?.id === journeyId) return <Editor key={journeyId} journey={read.data} reload={() => void read.refetch()} />
  return (
    <Page title={t('journeys.title')} back={<Back to="/journeys">{t('journeys.title')}</Back>}>
      <Awaited read={{ ...read, data: undefined }}>{() => null}</Awaited>
    </Page>
  )
}

function Editor({ journey, reload }: { journey: Journey; reload: () => void }) {
  const { t } = useText()
  const { message } = App.useApp()
  const may = useMay()('journeys.write') && journey.archivedAt === null
  const maySee = useMay()('messages.read')
  const phone = usePhone()
  const { step: asked, people } = route.useSearch()
  const navigate = useNavigate({ from: '/journeys/$journeyId' })
  const edit = useEdit(journey)
  const [isOutdated, setOutdated] = useState(false)
  const [lettingIn, setLettingIn] = useState(false)
  const words = useStepWords(edit.draft)
  const checked = useIssues(journey.id, edit.draft)
  const trials = useTrialsOn(journey.id)
  const [version, setVersion] = useState<number>()
  const counts = useCounts(journey, version)
  const show = (search: { step?: string | undefined; people?: string | undefined }) =>
    void navigate({ search: (now) => ({ ...now, ...search }), replace: true, resetScroll: false })
  const choose = (id: string | null) => show({ step: id ?? settings })
  const chosen = stepOf(edit.draft, asked)
  const save = async (): Promise<boolean> => {
    const [first] = checked.isWhole ? [] : checked.issues
    if (first) {
      message.error(first.text)
      choose(first.step)
      return false
    }
    try {
      await edit.save()
      return true
    } catch (error) {
      if (error instanceof ApiError && error.code === 'journey.changed_meanwhile') setOutdated(true)
      else message.error(problemText(error))
      return false
    }
  }
  const drawingProps: DrawingProps = {
    drawing: edit.draft,
    chosen: chosen?.id ?? null,
    words,
    marked: new Set(checked.issues.map(({ step }) => step)),
    counts: counts.data,
    tried: new Set(trials.flatMap(({ state, thing }) => (state === 'running' && thing?.step ? [thing.step] : []))),
    readOnly: !may,
    undo: { undo: edit.undo, redo: edit.redo },
    onChoose: choose,
    onDraw: (draft) => edit.change({ draft }),
    onAdd: (type) => {
      const added = addStep(placed(edit.draft), type, chosen?.id ?? null)
      edit.change({ draft: added.drawing })
      choose(added.id)
    },
    onPeople: (step) => show({ people: step, step: undefined }),
  }
  const watched = (
    <Watched journey={journey} drawing={edit.draft} counts={counts.data} trials={trials} version={version} onVersion={setVersion} />
  )
  const panel = { edit, checked, words, choose, step: asked, watched, trials }
  return (
    <Page
      back={<Back to="/journeys">{t('journeys.title')}</Back>}
      title={edit.name}
      note={edit.note}
      actions={
        <JourneyActions
          journey={journey}
          edit={edit}
          checked={checked}
          words={words}
          choose={choose}
          save={save}
          showPeople={() => show({ people: everybody, step: undefined })}
          letIn={() => setLettingIn(true)}
        />
      }
    >
      {maySee && <StopBar journeyId={journey.id} />}
      <DoorNotice journey={journey} counts={counts.data} />
      <Notices
        edit={edit}
        isOutdated={isOutdated}
        reload={() => {
          edit.discard()
          setOutdated(false)
          reload()
        }}
      />
      <PendingReview journey={journey} edit={edit} />
      <PendingEntries journey={journey} />
      <ConfigProvider componentDisabled={!may}>
        {phone ? (
          <PhoneEditor {...panel} journey={journey} drawingProps={drawingProps} close={() => show({ step: undefined })} />
        ) : (
          <div className="journey">
            <div className="journey-canvas">
              <Suspense fallback={<Skeleton active className="journey-wait" />}>
                <Canvas {...drawingProps} />
              </Suspense>
            </div>
            <aside className="journey-panel">
              <Stack>
                <Section title={t('journeys.issues')}>
                  <IssueList checked={checked} drawing={edit.draft} words={words} choose={choose} />
                </Section>
                {!chosen && watched}
                {chosen && <StepSends journey={journey} step={chosen} />}
                <Section>
                  <ChosenForm {...panel} />
                </Section>
                {!chosen && journey.version > 0 && <Effect id={journey.id} />}
              </Stack>
            </aside>
          </div>
        )}
      </ConfigProvider>
      <PeopleSheet
        journey={journey}
        step={people === everybody ? undefined : people}
        open={people !== undefined}
        counts={counts.data}
        letIn={() => setLettingIn(true)}
        onClose={() => show({ people: undefined })}
      />
      <LetInSheet journey={journey} open={lettingIn} onClose={() => setLettingIn(false)} />
    </Page>
  )
}

/** What was submitted and waits for a second person, or why it was sent back. */
function PendingReview({ journey: { id, review, reviewNote }, edit }: { journey: Journey; edit: Edit }) {
  const { t } = useText()
  const answer = useReviewJourney(id)
  if (!review) return reviewNote ? <Alert type="warning" showIcon title={t('journeys.sentBack', { note: reviewNote })} /> : null
  const say = async (word: Review) => edit.seen((await answer.mutateAsync(word)).updatedAt)
  return <ReviewBox isOwn={review.isOwn} receivers={review.receivers} answer={say} />
}

/** People who wait at the door for a second person's word. */
function PendingEntries({ journey: { id, entryReview } }: { journey: Journey }) {
  const { t } = useText()
  const answer = useReviewEntries(id)
  if (!entryReview) return null
  const { people, by, isOwn } = entryReview
  return <ReviewBox isOwn={isOwn} asked={t('journeys.letIn.asked', { by })} receivers={people} answer={answer.mutateAsync} />
}

/** What the address says when the journey itself is open beside its drawing, and when everybody is asked for. */
const settings = '-'
const everybody = '-'

/** Why nobody comes in, and whom that cost. */
function DoorNotice({ journey, counts }: { journey: Journey; counts: Counts | undefined }) {
  const { t } = useText()
  const { state, archivedAt } = journey
  if (archivedAt !== null) return <Alert type="info" showIcon title={t('journeys.isArchived')} />
  if (state !== 'paused' && state !== 'draining') return null
  const closed = counts?.steps.find(({ step }) => step === '')?.ways.closed ?? 0
  const arrivals = counts?.arrivals ?? 0
  return (
    <Alert
      type="warning"
      showIcon
      title={[
        t(state === 'paused' ? 'journeys.isPaused' : 'journeys.isDraining'),
        t(state === 'paused' ? pausedDoor(journey) : 'journeys.closedHint'),
        arrivals > 0 ? t('journeys.arrivals.waiting', { count: exactNumber(arrivals) }) : '',
        closed > 0 ? t('journeys.closed', { count: exactNumber(closed) }) : '',
      ]
        .filter(Boolean)
        .join(' ')}
    />
  )
}

function Notices({ edit, isOutdated, reload }: { edit: Edit; isOutdated: boolean; reload: () => void }) {
  const { t } = useText()
  if (isOutdated)
    return (
      <Alert
        type="error"
        showIcon
        title={t('journeys.changedMeanwhile')}
        action={
          <Button size="small" onClick={reload}>
            {t('journeys.reload')}
          </Button>
        }
      />
    )
  return <RestoredNotice draft={edit} />
}

interface PanelProps {
  edit: Edit
  checked: Checked
  words: StepWords
  step: string | undefined
  choose: (step: string | null) => void
  watched: ReactNode
  trials: readonly Experiment[]
}

/** The chosen step, else the journey itself. */
function ChosenForm({ edit, step, choose, trials }: PanelProps) {
  const chosen = stepOf(edit.draft, step)
  if (!chosen) return <SettingsForm edit={edit} />
  const draw = (draft: Edit['draft']) => edit.change({ draft })
  return (
    <Stack>
      <TrialLines trials={trials.filter(({ thing }) => thing?.step === chosen.id)} />
      <StepForm
        key={chosen.id}
        step={chosen}
        drawing={edit.draft}
        onChange={(next) => draw(changeStep(edit.draft, next))}
        onDraw={draw}
        onRemove={() => {
          draw(removeStep(edit.draft, chosen.id))
          choose(null)
        }}
      />
    </Stack>
  )
}

function PhoneEditor({
  journey,
  drawingProps,
  close,
  ...panel
}: PanelProps & { journey: Journey; drawingProps: DrawingProps; close: () => void }) {
  const { t } = useText()
  const { edit, checked, words, choose, step, watched } = panel
  const chosen = stepOf(edit.draft, step)
  return (
    <Stack>
      <Section title={t('journeys.issues')}>
        <IssueList checked={checked} drawing={edit.draft} words={words} choose={choose} />
      </Section>
      {watched}
      <Section
        title={t('journeys.steps')}
        note={t('journeys.words.entry', { how: words.entry })}
        actions={
          // Who may not write may still look.
          <Button disabled={false} onClick={() => choose(null)}>
            {t('journeys.settings')}
          </Button>
        }
      >
        <Stack>
          <StepList {...drawingProps} />
        </Stack>
      </Section>
      {journey.version > 0 && <Effect id={journey.id} />}
      <SideSheet title={chosen ? words.of(chosen) : t('journeys.settings')} open={step !== undefined} onClose={close}>
        <Stack>
          {chosen && <StepSends journey={journey} step={chosen} />}
          <ChosenForm {...panel} />
        </Stack>
      </SideSheet>
    </Stack>
  )
}

/** What people did after its messages, for whoever may read numbers. */
function Effect({ id }: { id: string }) {
  const { t } = useText()
  if (!useMay()('reports.read')) return null
  return (
    // Whoever may not change the journey may still choose what they look at.
    <ConfigProvider componentDisabled={false}>
      <EffectBox of="journeys" id={id} note={t('journeys.effectNote')} />
    </ConfigProvider>
  )
}
