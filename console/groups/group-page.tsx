import { getRouteApi } from '@tanstack/react-router'
import { Skeleton } from 'antd'
import { GroupState } from '#console/groups/groups-page.tsx'
import { Members } from '#console/groups/members.tsx'
import { useGroup } from '#console/groups/queries.ts'
import { Statistics } from '#console/groups/statistics.tsx'
import { TagsOfGroup } from '#console/groups/tagging.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { Back } from '#console/ui/back.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { Count } from '#console/ui/count.tsx'
import { Columns, Facts, Page, Section, Stack } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { When } from '#console/ui/when.tsx'
import type { GroupDetail } from '#operation/groups/schema.ts'

const route = getRouteApi('/app/groups/$groupId')

export function GroupPage() {
  const { t } = useText()
  const { groupId } = route.useParams()
  const group = useGroup(groupId)
  const data = group.data?.id === groupId ? group.data : undefined
  const back = <Back to="/groups">{t('groups.title')}</Back>
  if (group.error && !data)
    return (
      <Page title={t('groups.group')} back={back}>
        <Section>
          <Problem error={group.error} retry={() => void group.refetch()} />
        </Section>
      </Page>
    )
  if (!data)
    return (
      <Page title={t('groups.group')} back={back}>
        <Section>
          <Skeleton active paragraph={{ rows: 8 }} />
        </Section>
      </Page>
    )
  return (
    <Page title={data.name || t('groups.unnamed')} back={back}>
      <Columns shares={[2.4, 7]}>
        <About group={data} />
        <Life group={data} />
      </Columns>
    </Page>
  )
}

const Life = ({ group }: { group: GroupDetail }) => (
  <>
    <Statistics group={group} />
    <Members group={group} />
  </>
)

/** Line by line, as it was written. */
function Notice({ text }: { text: string }) {
  const { t } = useText()
  if (!text.trim()) return <p className="note">{t('groups.noNotice')}</p>
  return (
    <Stack tight>
      {text
        .split('\n')
        .filter((line) => line.trim())
        .map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text have no other name
          <p key={index}>{line}</p>
        ))}
    </Stack>
  )
}

function About({ group }: { group: GroupDetail }) {
  const { t } = useText()
  return (
    <>
      <Section title={t('groups.facts')}>
        <Facts
          items={[
            { name: t('groups.state'), value: <GroupState state={group.state} t={t} /> },
            { name: t('groups.owner'), value: group.owner && <PersonChip name={group.owner.name} /> },
            ...(group.admins.length > 0
              ? [{ name: t('groups.admins'), value: group.admins.map(({ name }) => name).join(t('ui.comma')) }]
              : []),
            { name: t('groups.customersCount'), value: <Count value={group.customersCount} /> },
            { name: t('groups.membersCount'), value: <Count value={group.membersCount} /> },
            { name: t('groups.createdAt'), value: <When at={group.createdAt} /> },
            ...(group.dismissedAt ? [{ name: t('groups.dismissedAt'), value: <When at={group.dismissedAt} /> }] : []),
            { name: t('groups.corp'), value: group.corp.name },
            { name: t('groups.chatId'), value: <CopyId value={group.chatId} /> },
          ]}
        />
      </Section>
      <TagsOfGroup group={group} />
      <Section title={t('groups.notice')}>
        <Notice text={group.notice} />
      </Section>
    </>
  )
}
