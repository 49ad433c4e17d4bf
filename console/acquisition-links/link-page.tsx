import { DeleteOutlined, EditOutlined, SyncOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Skeleton } from 'antd'
import { useState } from 'react'
import { LinkForm } from '#console/acquisition-links/link-form.tsx'
import { LinkState } from '#console/acquisition-links/links-page.tsx'
import { useDeleteLink, useLink, useQuotas, useSyncLink } from '#console/acquisition-links/queries.ts'
import { QuotaWarnings } from '#console/acquisition-links/quota.tsx'
import { LinkStatistics } from '#console/acquisition-links/statistics.tsx'
import { Variants } from '#console/acquisition-links/variants.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { Greeters } from '#console/live-codes/greeters.tsx'
import { Back } from '#console/ui/back.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Facts, Page, Row, Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { TagChips } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { AcquisitionLink } from '#growth/acquisition-links/schema.ts'

const route = getRouteApi('/app/acquisition-links/$linkId')

export function LinkPage() {
  const { t } = useText()
  const { linkId } = route.useParams()
  const link = useLink(linkId)
  const data = link.data?.id === linkId ? link.data : undefined
  const quotas = (useQuotas().data?.items ?? []).filter(({ corp }) => corp.id === data?.corp.id)
  const [isEditing, setEditing] = useState(false)
  const back = <Back to="/acquisition-links">{t('acquisitionLinks.title')}</Back>
  if (!data)
    return (
      <Page title={t('acquisitionLinks.link')} back={back}>
        <Section>
          {link.error ? <Problem error={link.error} retry={() => void link.refetch()} /> : <Skeleton active paragraph={{ rows: 8 }} />}
        </Section>
      </Page>
    )
  return (
    <Page
      title={data.name}
      back={back}
      note={<LinkState link={data} t={t} />}
      actions={<Actions link={data} edit={() => setEditing(true)} />}
    >
      <QuotaWarnings quotas={quotas} />
      <Troubles link={data} />
      <Columns shares={[3, 6.4]}>
        <Side link={data} />
        <LinkStatistics link={data} />
      </Columns>
      <LinkForm open={isEditing} link={data} onClose={() => setEditing(false)} />
    </Page>
  )
}

function Actions({ link, edit }: { link: AcquisitionLink; edit: () => void }) {
  const { t } = useText()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const drop = useDeleteLink()
  const ask = () =>
    confirm({
      title: `${t('acquisitionLinks.delete')}「${link.name}」`,
      effect: t('acquisitionLinks.deleteEffect', { count: link.variants.length, friends: link.counts.friends }),
      act: t('acquisitionLinks.delete'),
      danger: true,
      run: async () => {
        await drop.mutateAsync(link.id)
        await navigate({ to: '/acquisition-links' })
      },
    })
  return (
    <Gate permission="acquisition_links.write">
      <Button danger type="text" icon={<DeleteOutlined />} onClick={ask}>
        {t('ui.delete')}
      </Button>
      <Button icon={<EditOutlined />} onClick={edit}>
        {t('ui.edit')}
      </Button>
    </Gate>
  )
}

/** Why nobody can come through the link, and what WeCom did not take. */
function Troubles({ link }: { link: AcquisitionLink }) {
  const { t } = useText()
  const run = useRun()
  const sync = useSyncLink()
  if (link.state === 'gone') return <Alert type="warning" showIcon title={t('acquisitionLinks.goneNote')} />
  return (
    <>
      {link.state === 'unavailable' && <Alert type="error" showIcon title={t('acquisitionLinks.unavailableNote')} />}
      {link.sync.state === 'failed' && (
        <Alert
          type="warning"
          showIcon
          title={t('acquisitionLinks.syncStates.failed')}
          description={link.sync.error?.message}
          action={
            <Gate permission="acquisition_links.write">
              <Button
                icon={<SyncOutlined />}
                loading={sync.isPending}
                onClick={() =>
                  void run(async () => {
                    const { sync: now } = await sync.mutateAsync(link.id)
                    if (now.state === 'failed') throw new Error(now.error?.message)
                  }, t('acquisitionLinks.syncDone'))
                }
              >
                {t('acquisitionLinks.syncAgain')}
              </Button>
            </Gate>
          }
        />
      )}
    </>
  )
}

const Side = ({ link }: { link: AcquisitionLink }) => (
  <>
    <Variants link={link} />
    <Settings link={link} />
  </>
)

function Settings({ link }: { link: AcquisitionLink }) {
  const { t } = useText()
  const { priority } = link
  const yesNo = (on: boolean) => t(on ? 'ui.yes' : 'ui.no')
  return (
    <Section title={t('acquisitionLinks.settings')}>
      <Facts
        items={[
          {
            name: t('acquisitionLinks.employees'),
            value:
              link.employees.length > 0 ? (
                <Row>
                  {link.employees.map(({ id, name, avatar, left }) => (
                    <PersonChip key={id} name={name} avatar={avatar} {...(left && { note: t('acquisitionLinks.outside') })} />
                  ))}
                </Row>
              ) : undefined,
          },
          { name: t('acquisitionLinks.departments'), value: link.departments.map(({ name }) => name).join(t('ui.comma')) || undefined },
          { name: t('acquisitionLinks.channel'), value: link.channel?.name },
          { name: t('acquisitionLinks.tags'), value: link.tags.length > 0 ? <TagChips tags={link.tags} /> : undefined },
          {
            name: t('acquisitionLinks.welcome'),
            value: link.welcomeFrom ? t(`acquisitionLinks.welcomeFrom.${link.welcomeFrom}`) : <Greeters journeys={link.greetedBy} />,
          },
          { name: t('acquisitionLinks.skipVerify'), value: yesNo(link.skipVerify) },
          { name: t('acquisitionLinks.markSource'), value: yesNo(link.markSource) },
          {
            name: t('acquisitionLinks.priority'),
            value: priority
              ? [t(`acquisitionLinks.priorities.${priority.kind}`), ...priority.employees.map(({ name }) => name)].join(t('ui.comma'))
              : t('acquisitionLinks.priorities.none'),
          },
          { name: t('acquisitionLinks.originName'), value: t(`acquisitionLinks.origin.${link.origin}`) },
          { name: t('wecom.ofCorp'), value: link.corp.name },
          { name: t('acquisitionLinks.createdAt'), value: <When at={link.createdAt} /> },
          { name: t('acquisitionLinks.sync'), value: t(`acquisitionLinks.syncStates.${link.sync.state}`) },
          ...(link.readAt ? [{ name: t('acquisitionLinks.readAt'), value: <When at={link.readAt} /> }] : []),
          ...(link.linkId ? [{ name: t('acquisitionLinks.linkId'), value: <CopyId value={link.linkId} /> }] : []),
        ]}
      />
    </Section>
  )
}
