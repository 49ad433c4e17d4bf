import { ExperimentOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { ExperimentState } from '#console/experiments/state.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { exactNumber } from '#console/ui/format.ts'
import { Row } from '#console/ui/page.tsx'
import type { Experiment } from '#operation/experiments/schema.ts'

/** Trials where what they try is shown: each leads to what it found. */
export function TrialLines({ trials }: { trials: readonly Experiment[] }) {
  const { t } = useText()
  return trials.map(({ id, name, state, exposed, ghosts }) => (
    <Row key={id}>
      <ExperimentOutlined aria-hidden="true" />
      <Link to="/experiments/$experimentId" params={{ experimentId: id }}>
        {name}
      </Link>
      <ExperimentState state={state} t={t} />
      <span className="note">{t('experiments.metHere', { people: exactNumber(exposed), ghosts: exactNumber(ghosts) })}</span>
    </Row>
  ))
}
