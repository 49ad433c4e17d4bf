import { Link } from '@tanstack/react-router'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useDependents } from '#console/segments/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section } from '#console/ui/page.tsx'
import type { Dependents, Segment } from '#insight/segments/schema.ts'

/** What needs a segment, by what it is; nothing for what has none. */
const kindsOf = ({ journeys, messages, reports, segments }: Dependents, t: Translate) =>
  [
    { name: t('journeys.title'), path: '/journeys', items: journeys },
    { name: t('outbound.title'), path: '/messages', items: messages },
    { name: t('reports.title'), path: '/reports', items: reports },
    { name: t('segments.kinds.segment'), path: '/segments', items: segments },
  ].filter(({ items }) => items.length > 0)

export const isUsed = (dependents: Dependents): boolean => Object.values(dependents).some((items) => items.length > 0)

/** What uses a segment in words, a line for each kind: for questions, which stand outside of the pages. */
export function UseWords({ of }: { of: Dependents }) {
  const { t } = useText()
  return (
    <ul className="rule-uses">
      {kindsOf(of, t).map(({ name, items }) => (
        <li key={name}>
          <span className="note">{name}</span> {items.map((one) => t('segments.quoted', one)).join(t('segments.namesJoint'))}
        </li>
      ))}
    </ul>
  )
}

/** What uses a segment, each a way there. */
export function Uses({ segment }: { segment: Segment }) {
  const { t } = useText()
  return (
    <Section title={t('segments.uses')} note={t('segments.usesNote')}>
      <Awaited read={useDependents(segment.id)}>
        {(dependents) =>
          isUsed(dependents) ? (
            <ul className="rule-uses">
              {kindsOf(dependents, t).flatMap(({ name, path, items }) =>
                items.map((one) => (
                  <li key={one.id}>
                    {name} · <Link to={`${path}/${one.id}` as string}>{one.name}</Link>
                  </li>
                )),
              )}
            </ul>
          ) : (
            <Empty title={t('segments.unused')} hint={t('segments.unusedHint')} />
          )
        }
      </Awaited>
    </Section>
  )
}
