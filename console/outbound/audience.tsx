import type { ReactNode } from 'react'
import { useGroupTags } from '#console/groups/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useSegmentNames } from '#console/segments/queries.ts'
import { useTagGroups } from '#console/tags/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { Stack } from '#console/ui/page.tsx'
import type { CustomerAudience, GroupAudience, MessageDetail } from '#operation/messages/schema.ts'

/** Whom a message is for, a line for each thing said; all of them count together. */
export const Audience = ({ message: { whom, audience } }: { message: MessageDetail }) =>
  whom === 'groups' ? <OfGroups audience={audience as GroupAudience} /> : <OfCustomers audience={audience as CustomerAudience} />

function OfGroups({ audience: { groups, owners, name, tags } }: { audience: GroupAudience }) {
  const { t } = useText()
  const employees = useEmployeeNames()
  const known = useGroupTags()
  const tagNames = known.data && namesOf(known.data.items)
  return (
    <Lines
      nothing={t('outbound.everyGroupWords')}
      lines={[
        groups && t('outbound.chosenGroups', { count: groups.length }),
        name && said(t, 'outbound.groupName', t('outbound.quoted', { name })),
        owners && said(t, 'outbound.owners', people(t, owners, employees)),
        tags?.in && said(t, 'outbound.groupTags', listed(t, tags.in, tagNames)),
        tags?.all && said(t, 'outbound.allGroupTags', listed(t, tags.all, tagNames)),
        tags?.none && said(t, 'outbound.withoutGroupTags', listed(t, tags.none, tagNames)),
      ]}
    />
  )
}

function OfCustomers({ audience: { segment, customers, employees, tags } }: { audience: CustomerAudience }) {
  const { t } = useText()
  const segments = useSegmentNames()
  const team = useEmployeeNames()
  const known = useTagGroups()
  const tagNames = known.data && namesOf(known.data.items.flatMap((group) => group.tags))
  return (
    <Lines
      nothing={t('outbound.everybody')}
      lines={[
        segment && said(t, 'outbound.segment', segments.find(({ value }) => value === segment)?.label ?? '…'),
        customers && t('outbound.chosenCustomers', { count: customers.length }),
        tags?.in && said(t, 'outbound.tags', listed(t, tags.in, tagNames)),
        tags?.all && said(t, 'outbound.allTags', listed(t, tags.all, tagNames)),
        tags?.none && said(t, 'outbound.withoutTags', listed(t, tags.none, tagNames)),
        employees && said(t, 'outbound.employees', people(t, employees, team)),
      ]}
    />
  )
}

function Lines({ nothing, lines }: { nothing: string; lines: (string | undefined)[] }): ReactNode {
  const shown = lines.filter((line) => line !== undefined && line !== '')
  return (
    <Stack tight>
      {(shown.length > 0 ? shown : [nothing]).map((line) => (
        <span key={line}>{line}</span>
      ))}
    </Stack>
  )
}

type Label = Parameters<Translate>[0]
const said = (t: Translate, label: Label, what: string): string => t('outbound.said', { label: t(label), what })

const namesOf = (all: readonly { id: string; name: string }[]): ReadonlyMap<string, string> =>
  new Map(all.map(({ id, name }) => [id, name]))

const listed = (t: Translate, ids: readonly string[], names: ReadonlyMap<string, string> | undefined): string =>
  names ? ids.map((id) => names.get(id) ?? t('outbound.tagGone')).join(t('ui.comma')) : '…'

/** Whoever may not see the team, and who stands too far down its list, is counted. */
function people(t: Translate, ids: readonly string[], team: readonly { value: string; label: string }[]): string {
  const names = ids.flatMap((id) => team.find(({ value }) => value === id)?.label ?? [])
  const rest = ids.length - names.length
  return [...names, ...(rest > 0 ? [t('outbound.someColleagues', { count: rest })] : [])].join(t('ui.comma'))
}
