import { useNavigate } from '@tanstack/react-router'
import { App, Button, Form, Radio } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { pausedDoor, useLost } from '#console/journeys/arrivals.ts'
import { stepOf } from '#console/journeys/drawing.ts'
import { DryRunView } from '#console/journeys/dry-run.tsx'
import { type Checked, IssueList } from '#console/journeys/issues.tsx'
import { useArchiveJourney, useCounts, usePublish, useRestoreJourney, useTurn } from '#console/journeys/queries.ts'
import { ResumeDrawer } from '#console/journeys/resume-drawer.tsx'
import { SimulateView } from '#console/journeys/simulate.tsx'
import { JourneyState } from '#console/journeys/state.tsx'
import { StopJourneyDrawer } from '#console/journeys/stop-drawer.tsx'
import type { Edit } from '#console/journeys/use-edit.ts'
import type { StepWords } from '#console/journeys/words.ts'
import { StopDrawer } from '#console/outbound/stop-drawer.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { MoreMenu } from '#console/ui/more-menu.tsx'
import { Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import type { Journey } from '#operation/journeys/schema.ts'

interface Props {
  journey: Journey
  edit: Edit
  checked: Checked
  words: StepWords
  choose: (step: string | null) => void
  /** False when it could not be saved; the reason was said. */
  save: () => Promise<boolean>
  showPeople: () => void
  letIn: () => void
}

/** What can be done to the journey as a whole, each with its effect in numbers. */
export function JourneyActions(props: Props) {
  const { t } = useText()
  const { journey, edit } = props
  const { state, version, changed } = journey
  return (
    <>
      <span className="note">{edit.isUnsaved ? t('journeys.unsaved') : version > 0 && changed ? t('journeys.unpublished') : ''}</span>
      <JourneyState state={state} t={t} />
      {version > 0 && <span className="note figure">{t('journeys.version', { version })}</span>}
      {journey.archivedAt === null && <Foresight {...props} />}
      <MoreActions {...props} />
      {journey.archivedAt === null && <WriteActions {...props} />}
    </>
  )
}

function WriteActions(props: Props) {
  const { t } = useText()
  const { journey, edit } = props
  return (
    <Gate permission="journeys.write">
      <Turns journey={journey} edit={edit} />
      <Button disabled={!edit.isUnsaved} loading={edit.isSaving} onClick={() => void props.save()}>
        {t('ui.save')}
      </Button>
      <Publish {...props} />
    </Gate>
  )
}

/** What would happen, by the drawing as it stands, saved or not. One that is not filled in says what it lacks. */
function Foresight({ journey, edit, checked, words, choose }: Props) {
  const { t } = useText()
  const [open, setOpen] = useState<'dryRun' | 'simulate'>()
  const close = () => setOpen(undefined)
  const mend = (step: string | null) => {
    close()
    choose(step)
  }
  const lacking = (
    <Stack>
      <p>{t('journeys.unwhole')}</p>
      <IssueList checked={checked} drawing={edit.draft} words={words} choose={mend} />
    </Stack>
  )
  return (
    <>
      {(['dryRun', 'simulate'] as const).map((view) => (
        <Button key={view} onClick={() => setOpen(view)}>
          {t(`journeys.${view}`)}
        </Button>
      ))}
      <SideSheet title={t('journeys.dryRun')} open={open === 'dryRun'} onClose={close}>
        {checked.isWhole ? <DryRunView drawing={edit.draft} journey={journey.id} /> : lacking}
      </SideSheet>
      <SideSheet title={t('journeys.simulate')} open={open === 'simulate'} onClose={close} wide>
        {checked.isWhole ? <SimulateView drawing={edit.draft} journey={journey.id} /> : lacking}
      </SideSheet>
    </>
  )
}

function useTurning({ journey, edit }: Pick<Props, 'journey' | 'edit'>) {
  const { t } = useText()
  const confirm = useConfirm()
  const turn = useTurn()
  const people = exactNumber(journey.active)
  const lost = useLost(journey)
  const more = { pause: ` ${t(pausedDoor(journey))}`, resume: '', drain: lost }
  return (act: 'pause' | 'resume' | 'drain') =>
    confirm({
      title: t(`journeys.${act}`),
      effect: t(`journeys.${act}Effect`, { people }) + more[act],
      act: t(`journeys.${act}`),
      run: async () => {
        const turned = await turn.mutateAsync({ id: journey.id, act })
        if (turned) edit.seen(turned.updatedAt)
      },
    })
}

function Turns(props: Pick<Props, 'journey' | 'edit'>) {
  const { t } = useText()
  const turn = useTurning(props)
  const { journey, edit } = props
  const { state } = journey
  const arrivals = useCounts(journey, undefined).data?.arrivals ?? 0
  const [resuming, setResuming] = useState(false)
  if (state === 'running') return <Button onClick={() => turn('pause')}>{t('journeys.pause')}</Button>
  if (state !== 'paused' && state !== 'draining') return null
  return (
    <>
      <Button onClick={() => (arrivals > 0 ? setResuming(true) : turn('resume'))}>{t('journeys.resume')}</Button>
      <ResumeDrawer journey={journey} arrivals={arrivals} seen={edit.seen} open={resuming} onClose={() => setResuming(false)} />
    </>
  )
}

function MoreActions(props: Props) {
  const { t } = useText()
  const turn = useTurning(props)
  const confirm = useConfirm()
  const navigate = useNavigate()
  const archive = useArchiveJourney()
  const mayHush = useMay()('messages.stop')
  const [hushing, setHushing] = useState(false)
  const [stopping, setStopping] = useState(false)
  const { id, state, version } = props.journey
  const putAway = () =>
    confirm({
      title: t('journeys.archive'),
      effect: t('journeys.archiveEffect'),
      act: t('journeys.archive'),
      danger: true,
      run: async () => {
        await archive.mutateAsync(id)
        await navigate({ to: '/journeys' })
      },
    })
  const restore = useRestoreJourney()
  const run = useRun()
  const isGoing = state === 'running' || state === 'paused' || state === 'draining'
  const isAway = props.journey.archivedAt !== null
  const items = [
    ...(version > 0 ? [{ key: 'people', label: t('journeys.allPeople'), onClick: props.showPeople }] : []),
    ...(state === 'running' ? [{ key: 'letIn', label: t('journeys.letIn.title'), onClick: props.letIn }] : []),
    ...(state === 'running' || state === 'paused' ? [{ key: 'drain', label: t('journeys.drain'), onClick: () => turn('drain') }] : []),
    ...(isGoing ? [{ key: 'stop', label: t('journeys.stop'), danger: true, onClick: () => setStopping(true) }] : []),
    // What a stopped journey had handed over is still on phones.
    ...(version > 0 && mayHush
      ? [{ key: 'hush', label: t('outbound.stopJourneyTitle'), danger: true, onClick: () => setHushing(true) }]
      : []),
    ...(isAway
      ? [{ key: 'restore', label: t('journeys.restore'), onClick: () => void run(() => restore.mutateAsync(id), t('journeys.isRestored')) }]
      : []),
    ...(isGoing || isAway ? [] : [{ key: 'archive', label: t('journeys.archive'), danger: true, onClick: putAway }]),
  ]
  return (
    <Gate permission="journeys.write">
      <MoreMenu items={items} />
      <StopJourneyDrawer journey={props.journey} open={stopping} onClose={() => setStopping(false)} />
      <StopDrawer of={{ journeyId: id }} open={hushing} onClose={() => setHushing(false)} />
    </Gate>
  )
}

/** Saves what is unsaved first: what is started is what is seen. */
function Publish({ journey, edit, save }: Props) {
  const { t } = useText()
  const run = useRun()
  const confirm = useConfirm()
  const publish = usePublish()
  const { message } = App.useApp()
  const [choosing, setChoosing] = useState(false)
  const { id, version, state, changed, active } = journey
  const isGoing = state === 'running' || state === 'paused' || state === 'draining'
  const counts = useCounts(journey, undefined).data?.steps ?? []
  const moved = counts.reduce((sum, one) => sum + (stepOf(edit.draft, one.step) ? one.waiting : 0), 0)
  const done = ({ review, version }: Journey) => (review ? t('journeys.isSubmitted') : t('journeys.isPublished', { version }))
  const ask = async () => {
    if (!(await save())) return
    if (isGoing && active > 0) setChoosing(true)
    else
      confirm({
        title: t(isGoing ? 'journeys.publish' : 'journeys.startTitle'),
        effect: t('journeys.startEffect'),
        act: t(isGoing ? 'journeys.publish' : 'journeys.start'),
        run: () => publish.mutateAsync({ id, migrate: false }),
        done,
      })
  }
  // What waits for a second person need not be submitted twice.
  if (!edit.isUnsaved && (journey.review || (isGoing && !changed))) return null
  return (
    <>
      <Button type="primary" onClick={() => void run(ask)}>
        {t(isGoing ? 'journeys.publish' : 'journeys.start')}
      </Button>
      <FormDrawer<{ migrate: boolean }>
        title={t('journeys.publish')}
        open={choosing}
        onClose={() => setChoosing(false)}
        initial={{ migrate: false }}
        submit={t('journeys.publish')}
        onSubmit={async ({ migrate }) => void message.success(done(await publish.mutateAsync({ id, migrate })))}
      >
        <Form.Item
          name="migrate"
          required
          label={t('journeys.underway', { people: exactNumber(active) })}
          extra={t('journeys.publishEffect', { version: version + 1 })}
        >
          <Radio.Group className="template-choices">
            <Radio value={false}>
              <strong>{t('journeys.keepOld')}</strong>
              <span className="note wraps">{t('journeys.keepOldHint')}</span>
            </Radio>
            <Radio value={true}>
              <strong>{t('journeys.migrate')}</strong>
              <span className="note wraps">
                {t(moved < active ? 'journeys.migrateSome' : 'journeys.migrateAll', {
                  moved: exactNumber(moved),
                  rest: exactNumber(Math.max(0, active - moved)),
                })}
              </span>
            </Radio>
          </Radio.Group>
        </Form.Item>
      </FormDrawer>
    </>
  )
}
