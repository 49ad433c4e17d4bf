import { type Translate, useText } from '#console/i18n/i18n.ts'
import type { Experiment } from '#operation/experiments/schema.ts'

/** A side of a trial as people call it; who is in none of its variants is held out. */
export const sideName = (experiment: Experiment, key: string, t: Translate): string =>
  experiment.variants.find((one) => one.key === key)?.name ?? t('experiments.holdoutName')

export function useSideName(experiment: Experiment): (key: string) => string {
  const { t } = useText()
  return (key) => sideName(experiment, key, t)
}
