import { textOr, useText } from '#console/i18n/i18n.ts'
import { beats, consumerName, processName } from '#console/operations/findings.ts'
import { secondsSince, spanText } from '#console/operations/span.ts'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { Operations } from '#platform/operations/schema.ts'

/** Who follows the events and how far each is. */
export function Readers({ consumers }: { consumers: Operations['consumers'] }) {
  const { t } = useText()
  return (
    <Section title={t('operations.readers')} note={t('operations.readersNote')}>
      <ul className="lines">
        {consumers.map(({ name, behind, lagSeconds }) => (
          <li key={name}>
            <NameAndNote name={consumerName(name)} note={textOr(`operations.consumers.${name}.note`, name)} />
            {behind === 0 ? (
              <Badge tone="good">{t('operations.upToDate')}</Badge>
            ) : (
              <Badge tone={lagSeconds > 30 ? 'bad' : 'waiting'}>
                {`${t('operations.behind')} ${exactNumber(behind)} · ${t('operations.lag')} ${spanText(lagSeconds, t)}`}
              </Badge>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

export function Processes({ processes, reachable, at }: { processes: Operations['processes']; reachable: boolean; at: number }) {
  const { t } = useText()
  return (
    <Section title={t('operations.processes')} note={t('operations.processesNote')}>
      <ul className="lines">
        {processes.map(({ name, startedAt, beatAt, restarts, version }) => {
          const alive = name === 'clickhouse' ? reachable : !beats(name) || secondsSince(beatAt, at) <= 30
          const words = `${t('operations.runningFor')} ${spanText(secondsSince(startedAt, at), t)}`
          return (
            <li key={name} title={`${t('operations.version')} ${version}`}>
              <NameAndNote name={processName(name)} note={textOr(`operations.processNames.${name}.note`, name)} />
              <span className="line-facts">
                <Badge tone={alive ? 'good' : 'bad'}>{words}</Badge>
                <span className="note">
                  {restarts === 0 ? t('operations.neverRestarted') : t('operations.restarts', { count: exactNumber(restarts) })}
                </span>
              </span>
            </li>
          )
        })}
      </ul>
    </Section>
  )
}

const NameAndNote = ({ name, note }: { name: string; note: string }) => (
  <span className="name-note">
    <span>{name}</span>
    <span className="note">{note}</span>
  </span>
)
