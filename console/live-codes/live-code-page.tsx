import { DeleteOutlined, DownloadOutlined, EditOutlined, SyncOutlined } from '@ant-design/icons'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Dropdown, Segmented, Skeleton, Switch } from 'antd'
import { useState } from 'react'
import { useMay, useSession } from '#console/api/session.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { CoverageBadge } from '#console/live-codes/columns.tsx'
import { Greeters } from '#console/live-codes/greeters.tsx'
import { imageUrl, useDeleteLiveCode, useDuty, useLiveCode, useSyncLiveCode } from '#console/live-codes/queries.ts'
import { CodeStatistics } from '#console/live-codes/statistics.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Facts, Page, Section, Stack } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Badge, TagChips } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { type LiveCode, type LiveCodeMember, templates } from '#growth/live-codes/schema.ts'

const route = getRouteApi('/app/live-codes/$codeId')

export function LiveCodePage() {
  const { t } = useText()
  const { codeId } = route.useParams()
  const code = useLiveCode(codeId)
  const data = code.data?.id === codeId ? code.data : undefined
  if (code.error && !data)
    return (
      <Page title={t('liveCodes.title')} back={<Back />}>
        <Section>
          <Problem error={code.error} retry={() => void code.refetch()} />
        </Section>
      </Page>
    )
  return (
    <Page
      title={data?.name ?? t('liveCodes.title')}
      back={<Back />}
      note={data && <CoverageBadge coverage={data.coverage} t={t} />}
      actions={data && <Actions code={data} />}
    >
      {data ? (
        <>
          <SyncTrouble code={data} />
          <Columns shares={[2.6, 4.9, 2.4]}>
            <CodePicture code={data} />
            <CodeStatistics code={data} />
            <Side code={data} />
          </Columns>
        </>
      ) : (
        <Section>
          <Skeleton active paragraph={{ rows: 8 }} />
        </Section>
      )}
    </Page>
  )
}

const Back = () => {
  const { t } = useText()
  return (
    <p className="note">
      <Link to="/live-codes">{t('liveCodes.title')}</Link> /
    </p>
  )
}

function Actions({ code }: { code: LiveCode }) {
  const { t } = useText()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const drop = useDeleteLiveCode()
  return (
    <Gate permission="live_codes.write">
      <Button
        danger
        type="text"
        icon={<DeleteOutlined />}
        onClick={() =>
          confirm({
            title: `${t('liveCodes.delete')}「${code.name}」`,
            effect: t('liveCodes.deleteEffect', { count: code.employees.reduce((sum, one) => sum + one.addedToday, 0) }),
            act: t('liveCodes.delete'),
            danger: true,
            run: async () => {
              await drop.mutateAsync(code.id)
              await navigate({ to: '/live-codes' })
            },
          })
        }
      >
        {t('ui.delete')}
      </Button>
      <Button icon={<EditOutlined />} onClick={() => void navigate({ to: '/live-codes/$codeId/edit', params: { codeId: code.id } })}>
        {t('ui.edit')}
      </Button>
    </Gate>
  )
}

/** What WeCom did not take, and the way to ask it again. */
function SyncTrouble({ code }: { code: LiveCode }) {
  const { t } = useText()
  const run = useRun()
  const sync = useSyncLiveCode()
  if (code.sync.state !== 'failed') return null
  return (
    <Alert
      type="warning"
      title={t('liveCodes.syncStates.failed')}
      description={code.sync.error?.message}
      action={
        <Gate permission="live_codes.write">
          <Button
            icon={<SyncOutlined />}
            loading={sync.isPending}
            onClick={() => void run(() => sync.mutateAsync(code.id), t('liveCodes.syncDone'))}
          >
            {t('liveCodes.syncAgain')}
          </Button>
        </Gate>
      }
    />
  )
}

function CodePicture({ code }: { code: LiveCode }) {
  const { t } = useText()
  const [template, setTemplate] = useState(code.style.template)
  const [target, setTarget] = useState('wecom')
  const query = { template, target }
  // The address changes with the code, so that the browser shows the new picture after an edit.
  const shown = imageUrl(code.id, { ...query, size: '800', v: code.updatedAt })
  return (
    <Section title={t('liveCodes.image')}>
      <Stack>
        {code.configId ? <img className="code-picture" src={shown} alt={code.name} /> : <Skeleton.Node active className="code-picture" />}
        <Segmented
          block
          value={template}
          options={templates.map((one) => ({ value: one, label: t(`liveCodes.templates.${one}`) }))}
          onChange={setTemplate}
        />
        <Segmented
          block
          value={target}
          options={[
            { value: 'wecom', label: t('liveCodes.saysWecom') },
            { value: 'link', label: t('liveCodes.saysLink') },
          ]}
          onChange={setTarget}
        />
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'png', label: <a href={imageUrl(code.id, { ...query, format: 'png', size: '2000', download: 'true' })}>PNG</a> },
              { key: 'svg', label: <a href={imageUrl(code.id, { ...query, format: 'svg', download: 'true' })}>SVG</a> },
              { key: 'pdf', label: <a href={imageUrl(code.id, { ...query, format: 'pdf', download: 'true' })}>{t('liveCodes.pdf')}</a> },
            ],
          }}
        >
          <Button block icon={<DownloadOutlined />} disabled={!code.configId}>
            {t('liveCodes.downloadAs')}
          </Button>
        </Dropdown>
        <Facts
          items={[
            { name: t('liveCodes.shortLink'), value: <CopyId value={code.link} /> },
            { name: t('liveCodes.configId'), value: code.configId ? <CopyId value={code.configId} /> : '—' },
          ]}
        />
      </Stack>
    </Section>
  )
}

function Side({ code }: { code: LiveCode }) {
  const { t } = useText()
  return (
    <>
      <Section title={t('liveCodes.duty')}>
        <ul className="lines">
          {code.employees.map((member) => (
            <DutyLine key={member.employee.id} code={code} member={member} />
          ))}
        </ul>
      </Section>
      <Section title={t('liveCodes.settings')}>
        <Facts
          items={[
            { name: t('wecom.ofCorp'), value: code.corp.name },
            { name: t('liveCodes.channel'), value: code.channel?.name },
            { name: t('liveCodes.tags'), value: code.tags.length > 0 ? <TagChips tags={code.tags} /> : '—' },
            {
              name: t('liveCodes.welcome'),
              value: code.welcomeFrom ? t(`liveCodes.welcomeFrom.${code.welcomeFrom}`) : <Greeters journeys={code.greetedBy} />,
            },
            { name: t('liveCodes.remark'), value: code.remark },
            { name: t('liveCodes.changesAt'), value: code.changesAt ? <When at={code.changesAt} /> : '—' },
            {
              name: t('liveCodes.sync'),
              value: (
                <Badge tone={code.sync.state === 'failed' ? 'bad' : code.sync.state === 'waiting' ? 'waiting' : 'good'}>
                  {t(`liveCodes.syncStates.${code.sync.state}`)}
                </Badge>
              ),
            },
          ]}
        />
      </Section>
    </>
  )
}

function DutyLine({ code, member }: { code: LiveCode; member: LiveCodeMember }) {
  const { t } = useText()
  const run = useRun()
  const may = useMay()
  const session = useSession()
  const duty = useDuty()
  const { employee, dailyCap, addedToday } = member
  const isFull = dailyCap !== null && addedToday >= dailyCap
  const notes = [
    member.blocked && textOr(`liveCodes.blockedReasons.${member.blocked}`, member.blocked),
    member.listed && t('liveCodes.listed'),
    member.spare && t('liveCodes.spare'),
    isFull && t('liveCodes.full'),
    `${t('liveCodes.addedToday', { count: addedToday })}${dailyCap === null ? '' : ` ${t('liveCodes.ofCap', { cap: dailyCap })}`}`,
  ]
  return (
    <li>
      <PersonChip name={employee.name} avatar={employee.avatar} note={notes.filter(Boolean).join(' · ')} />
      <Switch
        checked={member.onDuty}
        disabled={!may('live_codes.write') && session?.employee.id !== employee.id}
        loading={duty.isPending}
        aria-label={t('liveCodes.dutyOf', { name: employee.name })}
        checkedChildren={t('liveCodes.onDuty')}
        unCheckedChildren={t('liveCodes.offDuty')}
        onChange={(on) => void run(() => duty.mutateAsync({ id: code.id, employee: employee.id, on }))}
      />
    </li>
  )
}
