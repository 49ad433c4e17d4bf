import { useText } from '#console/i18n/i18n.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Person, useNames } from '#console/value/named.tsx'
import { Figures } from '#console/value/table.tsx'
import type { InfluenceResult } from '#insight/reports/influence/schema.ts'

const shown = 50

export function InfluenceResultView({ result }: ResultProps<InfluenceResult>) {
  const { t } = useText()
  const rows = result.rows.slice(0, shown)
  const names = useNames(rows.flatMap(({ person }) => person ?? []))
  if (rows.length === 0)
    return (
      <Section>
        <Empty
          title={t('value.influenceNone')}
          hint={t('value.influenceNoneHint')}
          action={
            <ButtonLink to="/imports/new" search={{ kind: 'group-messages' }}>
              {t('value.importMessages')}
            </ButtonLink>
          }
        />
      </Section>
    )
  return (
    <>
      <Section
        flush
        title={t('value.influence')}
        note={t('value.influenceNote', { people: exactNumber(result.people), links: exactNumber(result.links) })}
      >
        <Figures
          rows={rows}
          keyOf={({ person, name }) => person ?? `@${name}`}
          columns={[
            { title: t('value.customer'), cell: ({ person, name }) => (person ? <Person id={person} names={names} /> : name) },
            { title: t('value.score'), right: true, cell: ({ score }) => score.toFixed(1) },
            { title: t('value.received'), right: true, cell: ({ received }) => exactNumber(received) },
            { title: t('value.given'), right: true, cell: ({ given }) => exactNumber(given) },
            ...(rows[0]?.betweenness === undefined
              ? []
              : [{ title: t('value.betweenness'), right: true, cell: (row: (typeof rows)[number]) => (row.betweenness ?? 0).toFixed(4) }]),
          ]}
        />
      </Section>
      {result.trees && result.trees.length > 0 && <Trees trees={result.trees} />}
    </>
  )
}

/** Which groups talk in long threads: what was answered, and what was answered to that. */
function Trees({ trees }: { trees: NonNullable<InfluenceResult['trees']> }) {
  const { t } = useText()
  return (
    <Section flush title={t('value.options.trees')} note={t('value.options.treesHint')}>
      <Figures
        rows={trees}
        keyOf={({ chat }) => chat}
        columns={[
          { title: t('value.options.chat'), cell: ({ chat }) => chat },
          { title: t('value.options.messages'), right: true, cell: ({ messages }) => exactNumber(messages) },
          { title: t('value.options.people'), right: true, cell: ({ people }) => exactNumber(people) },
          { title: t('value.options.depth'), right: true, cell: ({ depth }) => exactNumber(depth) },
          { title: t('value.options.direct'), right: true, cell: ({ direct }) => exactNumber(direct) },
        ]}
      />
    </Section>
  )
}
