import { Select } from 'antd'
import { useMay } from '#console/api/session.ts'
import { useExperiment, useExperiments } from '#console/experiments/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import type { Document } from '#console/reports/document.ts'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section } from '#console/ui/page.tsx'
import type { Experiment } from '#operation/experiments/schema.ts'

type Fields = Record<string, unknown>
type Choosing = { document: Document; onChange: (fields: Fields) => void }

/** The company's own trials that somebody may have met; who may not see them names sides by hand. */
export function ExperimentChoice({ document, onChange }: Choosing) {
  const { t } = useText()
  const { rows, loading } = useExperiments({})
  return (
    <Select
      className="wide"
      aria-label={t('value.whichExperiment')}
      placeholder={t('value.chooseExperiment')}
      loading={loading}
      showSearch={{ optionFilterProp: 'label' }}
      value={chosenOf(document) ?? null}
      options={rows.filter(hasBegun).map(({ id, name }) => ({ value: id, label: name }))}
      allowClear
      onChange={(id) => {
        const one = rows.find((row) => row.id === id)
        onChange(one ? questionOf(one) : madeElsewhere)
      }}
      popupMatchSelectWidth={false}
    />
  )
}

/** Before an experiment is chosen there is nothing to compare: what to choose, or where to begin one. */
export function NoExperiment(props: Choosing) {
  const { t } = useText()
  const may = useMay()('experiments.read')
  return (
    <Section>{may ? <Unchosen {...props} /> : <Empty title={t('value.chooseExperiment')} hint={t('value.chooseByHandHint')} />}</Section>
  )
}

function Unchosen(props: Choosing) {
  const { t } = useText()
  const { rows, loading } = useExperiments({})
  const isNone = !loading && !rows.some(hasBegun)
  return (
    <Empty
      title={t(isNone ? 'value.noExperiments' : 'value.chooseExperiment')}
      hint={t(isNone ? 'value.noExperimentsHint' : 'value.chooseExperimentHint')}
      action={isNone ? <ButtonLink to="/experiments">{t('value.toExperiments')}</ButtonLink> : <ExperimentChoice {...props} />}
    />
  )
}

const hasBegun = ({ startedAt }: Experiment): boolean => startedAt !== null

/** Only where nothing else is asked of the event: the rest would be out of sight. */
function chosenOf({ exposure }: Document): string | undefined {
  const { event, where = {} } = (exposure ?? {}) as { event?: string; where?: { experiment?: string } }
  return event === 'experiment.exposed' && Object.keys(where).length === 1 ? where.experiment : undefined
}

/** The company's own trial that is asked about, for whoever may see trials. */
export function useChosen(document: Document): Experiment | undefined {
  const may = useMay()('experiments.read')
  const id = chosenOf(document)
  return useExperiment(id ?? '', may && id !== undefined).data
}

/** Nothing is known of it yet but how a trial is told usually. */
export const madeElsewhere: Fields = { exposure: { event: 'experiment.exposed', variant: 'variant' }, control: '' }

/** What its own page asks: who met it first, both its measures, its control and its days. */
const questionOf = ({ id, control, windowDays, trialMetric, growthMetric }: Experiment): Fields => ({
  exposure: { event: 'experiment.exposed', where: { experiment: id }, variant: 'variant' },
  control,
  windowDays,
  metrics: [trialMetric, growthMetric].map(({ name, event, where, measure, own }) => ({
    ...{ name, event, measure },
    ...(where ? { where } : {}),
    ...(own ? { own } : {}),
  })),
})
