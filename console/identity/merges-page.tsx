import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Segmented, Skeleton } from 'antd'
import { useMay } from '#console/api/session.ts'
import { useUndoMerge } from '#console/customers/queries.ts'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { type Merge, type Review, useDecide, useMerges, useReviews } from '#console/identity/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

const route = getRouteApi('/app/merges')

export function MergesPage() {
  const { t } = useText()
  const { view } = route.useSearch()
  const navigate = useNavigate({ from: '/merges' })
  return (
    <Page
      title={t('identity.title')}
      note={t('identity.note')}
      actions={
        <Segmented
          value={view === 'log' ? 'log' : 'reviews'}
          onChange={(value) => void navigate({ search: { view: value === 'log' ? 'log' : undefined } })}
          options={[
            { value: 'reviews', label: t('identity.reviews') },
            { value: 'log', label: t('identity.merges') },
          ]}
        />
      }
    >
      {view === 'log' ? <Log /> : <Reviews />}
    </Page>
  )
}

function Reviews() {
  const { t } = useText()
  const list = useReviews()
  if (list.error || list.loading || list.rows.length === 0) {
    return (
      <Section>
        {list.error ? (
          <Problem error={list.error} retry={list.reload} />
        ) : list.loading ? (
          <Skeleton active />
        ) : (
          <Empty title={t('identity.noReviews')} hint={t('identity.noReviewsHint')} />
        )}
      </Section>
    )
  }
  return (
    <>
      {list.rows.map((review) => (
        <Pair key={review.id} review={review} />
      ))}
      {list.more && (
        <Button block loading={list.loadingMore} onClick={list.loadMore}>
          {t('ui.more')}
        </Button>
      )}
    </>
  )
}

function Pair({ review }: { review: Review }) {
  const { t } = useText()
  const run = useRun()
  const may = useMay()('customers.write')
  const decide = useDecide()
  const act = (decision: 'merge' | 'separate') => void run(() => decide.mutateAsync({ id: review.id, decision }), t('identity.decided'))
  return (
    <Section
      title={t('identity.reviewsNote')}
      note={
        <>
          {t('identity.why')}: {reasonOf(review.reason)} · <When at={review.createdAt} />
        </>
      }
      actions={
        may && (
          <>
            <Button loading={decide.isPending} onClick={() => act('separate')}>
              {t('identity.different')}
            </Button>
            <Button type="primary" loading={decide.isPending} onClick={() => act('merge')}>
              {t('identity.same')}
            </Button>
          </>
        )
      }
    >
      <div className="row">
        {[review.first, review.second].map((who) => (
          <Link key={who.id} to="/customers/$customerId" params={{ customerId: who.id }}>
            <PersonChip size="large" name={who.name} avatar={who.avatar} />
          </Link>
        ))}
      </div>
    </Section>
  )
}

function Log() {
  const { t } = useText()
  return (
    <Section flush>
      <DataTable<Merge>
        name="merges"
        columns={columns(t)}
        list={useMerges()}
        empty={<Empty title={t('identity.noMerges')} hint={t('identity.noMergesHint')} />}
      />
    </Section>
  )
}

const columns = (t: Translate): Column<Merge>[] => [
  { key: 'keep', title: t('identity.kept'), width: 190, render: ({ keep }) => <Who who={keep} /> },
  { key: 'merged', title: t('identity.mergedIn'), width: 190, phone: 'wide', render: ({ merged }) => <Who who={merged} /> },
  { key: 'reason', title: t('identity.why'), width: 160, phone: 'note', render: ({ reason }) => reasonOf(reason) },
  { key: 'at', title: t('identity.at'), width: 130, phone: 'note', render: ({ mergedAt }) => <When at={mergedAt} /> },
  {
    key: 'by',
    title: t('identity.by'),
    width: 120,
    phone: 'note',
    render: ({ mergedBy }) => (mergedBy === 'system' ? t('identity.system') : mergedBy),
  },
  {
    key: 'state',
    title: t('identity.state'),
    width: 110,
    phone: 'note',
    render: ({ undoneAt }) => <Badge tone={undoneAt ? 'quiet' : 'good'}>{t(undoneAt ? 'identity.undone' : 'identity.standing')}</Badge>,
  },
  { key: 'undo', title: t('ui.actions'), width: 90, right: true, phone: 'aside', render: (merge) => <Undo merge={merge} /> },
]

const Who = ({ who }: { who: Merge['keep'] }) => (
  <Link to="/customers/$customerId" params={{ customerId: who.id }}>
    <PersonChip name={who.name} avatar={who.avatar} />
  </Link>
)

function Undo({ merge }: { merge: Merge }) {
  const { t } = useText()
  const may = useMay()('customers.write')
  const confirm = useConfirm()
  const undo = useUndoMerge()
  if (!may || merge.undoneAt) return null
  return (
    <Button
      size="small"
      onClick={() =>
        confirm({
          title: t('customers.undoTitle', { name: merge.merged.name ?? t('ui.nameless') }),
          effect: t('customers.undoEffect'),
          act: t('customers.undoMerge'),
          run: () => undo.mutateAsync(merge.id),
        })
      }
    >
      {t('identity.undo')}
    </Button>
  )
}

const reasonOf = (reason: string): string => textOr(`identity.reasons.${reason}`, reason)
