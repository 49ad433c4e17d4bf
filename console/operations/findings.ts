import { type Translate, textOr } from '#console/i18n/i18n.ts'
import { secondsSince, spanText } from '#console/operations/span.ts'
import { exactNumber } from '#console/ui/format.ts'
import type { Operations } from '#platform/operations/schema.ts'

export interface Finding {
  key: string
  text: string
  /** Something is lost or stands still, as against merely late. */
  bad: boolean
  to?: { to: string; search: Record<string, string> }
}

const lateSeconds = 30
const silentSeconds = 30
const stuckSeconds = 60

/** The databases are asked through the web process and do not report by themselves. */
export const beats = (name: string): boolean => name !== 'postgres' && name !== 'clickhouse'

/** What somebody should know without reading figures: nothing, when all is well. */
export function findingsOf(seen: Operations, t: Translate, now: number): Finding[] {
  const found: (Finding | false)[] = [
    !seen.analysis.reachable && { key: 'analysis', bad: true, text: t('operations.findings.analysis') },
    seen.deadLetters > 0 && {
      key: 'deadLetters',
      bad: true,
      text: t('operations.findings.deadLetters', { count: exactNumber(seen.deadLetters) }),
      to: { to: '/operations', search: { view: 'dead-letters' } },
    },
    seen.quarantined > 0 && {
      key: 'quarantined',
      bad: false,
      text: t('operations.findings.quarantined', { count: exactNumber(seen.quarantined) }),
      to: { to: '/events', search: { view: 'quarantine' } },
    },
    seen.loaderLagSeconds > lateSeconds && {
      key: 'loader',
      bad: false,
      text: t('operations.findings.loader', { time: spanText(seen.loaderLagSeconds, t) }),
    },
    ...seen.consumers.map(
      ({ name, behind, lagSeconds }) =>
        lagSeconds > lateSeconds && {
          key: `consumer ${name}`,
          bad: false,
          text: t('operations.findings.consumer', { name: consumerName(name), time: spanText(lagSeconds, t), count: exactNumber(behind) }),
        },
    ),
    seen.jobs.failed > 0 && { key: 'jobs', bad: false, text: t('operations.findings.jobs', { count: exactNumber(seen.jobs.failed) }) },
    seen.jobs.oldestLeaseSeconds > stuckSeconds && {
      key: 'lease',
      bad: false,
      text: t('operations.findings.lease', { time: spanText(seen.jobs.oldestLeaseSeconds, t) }),
    },
    seen.oldestTransactionSeconds > stuckSeconds && {
      key: 'transaction',
      bad: false,
      text: t('operations.findings.transaction', { time: spanText(seen.oldestTransactionSeconds, t) }),
    },
    ...seen.processes.map(({ name, beatAt }) => {
      const silent = secondsSince(beatAt, now)
      return (
        beats(name) &&
        silent > silentSeconds && {
          key: `process ${name}`,
          bad: true,
          text: t('operations.findings.process', { name: processName(name), time: spanText(silent, t) }),
        }
      )
    }),
  ]
  return found.filter((one) => one !== false)
}

export const consumerName = (name: string): string => textOr(`operations.consumers.${name}.name`, name)
export const processName = (name: string): string => textOr(`operations.processNames.${name}.name`, name)
