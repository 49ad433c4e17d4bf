import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useCorpNames } from '#console/integrations/wecom/queries.ts'
import { momentTones } from '#console/outbound/labels.tsx'
import { MomentForm, PublishForm, RescheduleForm } from '#console/outbound/moment-form.tsx'
import { MomentSheet } from '#console/outbound/moment-sheet.tsx'
import { useMomentAct, useMoments } from '#console/outbound/queries.ts'
import { ReviewActions } from '#console/outbound/review-box.tsx'
import { StopBar } from '#console/outbound/stop-bar.tsx'
import { StopButton } from '#console/outbound/stop-drawer.tsx'
import { useConfirm } from '#console/ui/confirm.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { MoreMenu } from '#console/ui/more-menu.tsx'
import { Page, Row, Section, Stack } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { type MomentItem, momentStates } from '#operation/moments/schema.ts'

const route = getRouteApi('/app/moments')

export function MomentsPage() {
  const { t } = useText()
  const { moment, ...asked } = route.useSearch()
  const list = useMoments(asked)
  const navigate = useNavigate({ from: '/moments' })
  const [form, setForm] = useState<'new' | MomentItem>()
  const show = (id: string | undefined) => void navigate({ search: { ...asked, moment: id }, replace: true, resetScroll: false })
  const isFiltered = asked.q !== undefined || asked.state !== undefined
  const corps = new Set([...useCorpNames().map(({ value }) => value), ...list.rows.map(({ corp }) => corp.id)])
  const [may, mayApprove] = [useMay()('messages.write'), useMay()('messages.approve')]
  return (
    <Page
      title={t('outbound.moments')}
      note={t('outbound.momentsNote')}
      actions={
        <>
          <StopButton />
          <Gate permission="messages.write">
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm('new')}>
              {t('outbound.createMoment')}
            </Button>
          </Gate>
        </>
      }
    >
      <StopBar />
      <FilterBar
        search={t('outbound.momentSearch')}
        values={asked}
        onChange={(change) => void navigate({ search: { ...asked, ...change }, replace: true, resetScroll: false })}
        filters={[
          {
            kind: 'choice',
            key: 'state',
            label: t('outbound.state'),
            options: momentStates.map((value) => ({ value, label: t(`outbound.momentStates.${value}`) })),
          },
        ]}
      />
      <Section flush>
        <DataTable<MomentItem>
          name="moments"
          columns={columns(t, { act: may || mayApprove, withCorp: corps.size > 1, edit: setForm, show })}
          list={list}
          empty={
            isFiltered ? (
              <Empty
                title={t('outbound.momentNoneMatch')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty title={t('outbound.momentNone')} hint={t('outbound.momentNoneHint')} />
            )
          }
        />
      </Section>
      <MomentForm moment={form === 'new' ? undefined : form} open={form !== undefined} onClose={() => setForm(undefined)} />
      <MomentSheet
        id={moment}
        onClose={() => show(undefined)}
        actions={(shown) =>
          (may || mayApprove) && (
            <Act
              moment={shown}
              edit={() => {
                show(undefined)
                setForm(shown)
              }}
            />
          )
        }
      />
    </Page>
  )
}

/** `withCorp`: there are several. */
type Acts = { act: boolean; withCorp: boolean; edit: (moment: MomentItem) => void; show: (id: string) => void }

const columns = (t: Translate, { act, withCorp, edit, show }: Acts): Column<MomentItem>[] => [
  {
    key: 'name',
    title: t('outbound.name'),
    width: 160,
    render: ({ id, name, journey }) => (
      <Stack tight>
        <button type="button" className="opener" onClick={() => show(id)}>
          {name}
        </button>
        {journey && <span className="note">{t('outbound.ofJourney', journey)}</span>}
      </Stack>
    ),
  },
  {
    key: 'state',
    title: t('outbound.state'),
    width: 130,
    phone: 'aside',
    render: (row) => <Badge tone={momentTones[row.state]}>{t(`outbound.momentStates.${row.state}`)}</Badge>,
  },
  ...(withCorp
    ? [{ key: 'corp', title: t('wecom.ofCorp'), width: 120, phone: 'note' as const, render: ({ corp }: MomentItem) => corp.name }]
    : []),
  {
    key: 'content',
    title: t('outbound.content'),
    width: withCorp ? 190 : 260,
    phone: 'wide',
    render: (row) => <span className="mute">{row.error ?? row.reviewNote ?? row.content.text.slice(0, 60)}</span>,
  },
  {
    key: 'confirmed',
    title: t('outbound.progress'),
    width: 140,
    phone: 'note',
    render: ({ id, confirmed, asked }) =>
      asked === 0 ? (
        '—'
      ) : (
        <button type="button" className="opener" onClick={() => show(id)}>
          {t('outbound.confirmedOf', { confirmed, asked })}
        </button>
      ),
  },
  {
    key: 'reactions',
    title: t('outbound.results'),
    width: 120,
    phone: 'note',
    render: ({ likes, comments }) => t('outbound.reactions', { likes, comments }),
  },
  {
    key: 'at',
    title: t('outbound.at'),
    width: 130,
    phone: 'note',
    render: (row) => <When at={row.publishedAt ?? row.scheduledAt ?? row.createdAt} />,
  },
  ...(act
    ? [
        {
          key: 'act',
          title: '',
          width: 230,
          phone: 'wide' as const,
          render: (row: MomentItem) => <Act moment={row} edit={() => edit(row)} />,
        },
      ]
    : []),
]

function Act({ moment, edit }: { moment: MomentItem; edit: () => void }) {
  const { id, state, isOwn, asked, confirmed } = moment
  const { t } = useText()
  const act = useMomentAct()
  const confirm = useConfirm()
  const may = useMay()
  const [open, setOpen] = useState<'publish' | 'another'>()
  // Everybody has published: nobody is left to be spared.
  const isOver = state === 'published' && asked > 0 && confirmed === asked
  const canReview = state === 'review' && !isOwn && may('messages.approve')
  const cancel = () =>
    confirm({
      title: t('outbound.cancelMoment'),
      effect:
        asked === 0 ? t('outbound.cancelMomentUnasked') : t('outbound.cancelMomentEffect', { count: asked - confirmed, done: confirmed }),
      act: t('outbound.cancelMoment'),
      danger: true,
      run: () => act.mutateAsync({ id, act: 'cancellation' }),
    })
  const others = [
    ...(may('messages.write') && (state === 'review' || state === 'scheduled')
      ? [{ key: 'another', label: t('outbound.reschedule'), onClick: () => setOpen('another') }]
      : []),
    ...(may('messages.write') && state !== 'cancelled' && state !== 'failed' && !isOver
      ? [{ key: 'cancel', label: t('outbound.cancelMoment'), onClick: cancel }]
      : []),
  ]
  return (
    <Row>
      {canReview && <ReviewActions small answer={(body) => act.mutateAsync({ id, act: 'review', body })} />}
      {state === 'review' && isOwn && <span className="note">{t('outbound.waitsForOther')}</span>}
      {may('messages.write') && state === 'draft' && (
        <Button size="small" onClick={edit}>
          {t('outbound.change')}
        </Button>
      )}
      {may('messages.write') && (state === 'draft' || state === 'failed') && (
        <Button size="small" onClick={() => setOpen('publish')}>
          {t('outbound.publish')}
        </Button>
      )}
      {canReview ? (
        // What is asked of whoever looks stands before everything else.
        <MoreMenu of={moment.name} small items={others} />
      ) : (
        others.map(({ key, label, onClick }) => (
          <Button key={key} size="small" onClick={onClick}>
            {label}
          </Button>
        ))
      )}
      <PublishForm id={id} open={open === 'publish'} onClose={() => setOpen(undefined)} />
      <RescheduleForm moment={moment} open={open === 'another'} onClose={() => setOpen(undefined)} />
    </Row>
  )
}
