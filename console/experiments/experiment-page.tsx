import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Form, Select } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { ExperimentForm } from '#console/experiments/experiment-form.tsx'
import { liftText, plannedUnit, valueText } from '#console/experiments/figure.ts'
import { PageCode } from '#console/experiments/page-code.tsx'
import { useChangeState, useDeleteExperiment, useExperiment, useReadOut } from '#console/experiments/queries.ts'
import { ReadOutView } from '#console/experiments/read-out.tsx'
import { ExperimentState } from '#console/experiments/state.tsx'
import { ThingLink } from '#console/experiments/thing-link.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { Back } from '#console/ui/back.tsx'
import { useConfirm } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Facts, Page, Section } from '#console/ui/page.tsx'
import { When } from '#console/ui/when.tsx'
import type { Experiment } from '#operation/experiments/schema.ts'

const route = getRouteApi('/app/experiments/$experimentId')

/** One trial: what was planned, and what it found so far. */
export function ExperimentPage() {
  const { t } = useText()
  const { experimentId } = route.useParams()
  const read = useExperiment(experimentId)
  const readOut = useReadOut(experimentId, read.data?.state === 'running')
  const experiment = read.data
  return (
    <Page
      back={<Back to="/experiments">{t('experiments.title')}</Back>}
      title={experiment?.name ?? ''}
      note={experiment?.hypothesis}
      actions={experiment && <Actions experiment={experiment} needed={readOut.data?.needed.people ?? null} />}
    >
      {experiment === undefined ? (
        <Awaited read={read}>{() => null}</Awaited>
      ) : (
        <>
          <Awaited read={readOut}>{(found) => <ReadOutView experiment={experiment} found={found} />}</Awaited>
          {experiment.thing?.kind === 'page' && experiment.state !== 'archived' && (
            <Gate permission="events.read">
              <PageCode experiment={experiment} />
            </Gate>
          )}
          <Design experiment={experiment} />
        </>
      )}
    </Page>
  )
}

function Actions({ experiment, needed }: { experiment: Experiment; needed: number | null }) {
  const { t } = useText()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const change = useChangeState()
  const drop = useDeleteExperiment()
  const [editing, setEditing] = useState(false)
  const [stopping, setStopping] = useState(false)
  const { id, state } = experiment
  const ask = (act: 'start' | 'archive', effect: string, to: 'running' | 'archived') =>
    confirm({ title: t(`experiments.${act}`), effect, act: t(`experiments.${act}`), run: () => change.mutateAsync({ id, state: to }) })
  const remove = () =>
    confirm({
      title: t('experiments.deleteDraft'),
      effect: t('experiments.deleteEffect'),
      act: t('experiments.deleteDraft'),
      danger: true,
      run: async () => {
        await navigate({ to: '/experiments' })
        await drop.mutateAsync(id)
      },
    })
  return (
    <>
      <ExperimentState state={state} t={t} />
      <Gate permission="experiments.write">
        {state === 'draft' && (
          <Button danger type="text" onClick={remove}>
            {t('experiments.deleteDraft')}
          </Button>
        )}
        {state !== 'archived' && <Button onClick={() => setEditing(true)}>{t('ui.edit')}</Button>}
        {state === 'draft' && (
          <Button
            type="primary"
            onClick={() => ask('start', t('experiments.startEffect', { people: needed === null ? '—' : exactNumber(needed) }), 'running')}
          >
            {t('experiments.start')}
          </Button>
        )}
        {state === 'running' && (
          <Button danger onClick={() => setStopping(true)}>
            {t('experiments.stop')}
          </Button>
        )}
        {state === 'stopped' && (
          <Button onClick={() => ask('archive', t('experiments.archiveEffect'), 'archived')}>{t('experiments.archive')}</Button>
        )}
        <ExperimentForm experiment={experiment} open={editing} onClose={() => setEditing(false)} />
        <StopForm experiment={experiment} open={stopping} onClose={() => setStopping(false)} />
      </Gate>
    </>
  )
}

function StopForm({ experiment, open, onClose }: { experiment: Experiment; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const change = useChangeState()
  const { id, variants, holdoutPerMille, exposed } = experiment
  const sides = [
    ...variants.map(({ key, name }) => ({ value: key, label: name })),
    ...(holdoutPerMille > 0 ? [{ value: 'holdout', label: t('experiments.holdoutName') }] : []),
  ]
  return (
    <FormDrawer<{ winner?: string }>
      title={t('experiments.stop')}
      open={open}
      onClose={onClose}
      initial={{}}
      submit={t('experiments.stop')}
      onSubmit={({ winner }) => change.mutateAsync({ id, state: 'stopped', winner: winner ?? null })}
    >
      <p>{t('experiments.stopEffect', { people: exactNumber(exposed) })}</p>
      <Form.Item name="winner" label={t('experiments.winner')}>
        <Select allowClear placeholder={t('experiments.noWinner')} options={sides} />
      </Form.Item>
    </FormDrawer>
  )
}

function Design({ experiment }: { experiment: Experiment }) {
  const { t } = useText()
  const { trialMetric, growthMetric, guardRails, plan, thing, ratioAlarmedAt } = experiment
  const unit = plannedUnit(trialMetric, useTenant().currency)
  const nameOf = (key: string) => experiment.variants.find((one) => one.key === key)?.name ?? t('experiments.holdoutName')
  return (
    <Section title={t('experiments.design')}>
      {ratioAlarmedAt && (
        <Alert
          type="error"
          showIcon
          title={
            <>
              {t('experiments.verdicts.ratio_off')} · <When at={ratioAlarmedAt} />
            </>
          }
        />
      )}
      <Facts
        items={[
          { name: t('experiments.control'), value: nameOf(experiment.control) },
          { name: t('experiments.holdout'), value: `${experiment.holdoutPerMille / 10}%` },
          { name: t('experiments.trialMetric'), value: trialMetric.name },
          { name: t('experiments.growthMetric'), value: growthMetric.name },
          ...(guardRails.length > 0
            ? [{ name: t('experiments.guardRail'), value: guardRails.map(({ name }) => name).join(t('ui.comma')) }]
            : []),
          {
            name: t('experiments.plan'),
            value: t('experiments.planText', {
              base: valueText(plan.base, unit),
              lift: liftText(trialMetric.better === 'more' ? plan.lift : -plan.lift, unit),
            }),
          },
          { name: t('experiments.windowDays'), value: t('experiments.days', { days: experiment.windowDays }) },
          { name: t('experiments.started'), value: <When at={experiment.startedAt} /> },
          { name: t('experiments.plannedEnd'), value: experiment.plannedEnd },
          ...(experiment.state === 'stopped' || experiment.state === 'archived'
            ? [{ name: t('experiments.winner'), value: experiment.winner ? nameOf(experiment.winner) : t('experiments.noWinner') }]
            : []),
          ...(thing ? [{ name: t('experiments.attachTo'), value: <ThingLink thing={thing} /> }] : []),
        ]}
      />
    </Section>
  )
}
