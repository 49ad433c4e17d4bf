import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Skeleton } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useCustomer, useMergeCustomers, useUndoMerge } from '#console/customers/queries.ts'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { type Merge, type Review, useDecide, useMerges, useReviews } from '#console/identity/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Money } from '#console/ui/money.tsx'
import { Facts, Page, Row, Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { usePersonName } from '#console/ui/person-name.ts'
import { Problem } from '#console/ui/problem.tsx'
import { Views } from '#console/ui/tabs.tsx'
import { Badge, TagChips } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

const route = getRouteApi('/app/merges')

const views = ['reviews', 'log', 'apart'] as const

export function MergesPage() {
  const { t } = useText()
  const search = route.useSearch()
  const view = views.find((one) => one === search.view) ?? 'reviews'
  const navigate = useNavigate({ from: '/merges' })
  return (
    <Page title={t('identity.title')} note={t('identity.note')}>
      <Views
        open={view}
        views={views.map((key) => ({ key, name: t(`identity.views.${key}`) }))}
        onOpen={(key) => void navigate({ search: { view: key === 'reviews' ? undefined : key } })}
      />
      {view === 'log' ? <Log /> : <Reviews state={view === 'apart' ? 'separate' : 'open'} />}
    </Page>
  )
}

function Reviews({ state }: { state: 'open' | 'separate' }) {
  const { t } = useText()
  const list = useReviews(state)
  if (list.error || list.loading || list.rows.length === 0) {
    return (
      <Section>
        {list.error ? (
          <Problem error={list.error} retry={list.reload} />
        ) : list.loading ? (
          <Skeleton active />
        ) : state === 'open' ? (
          <Empty title={t('identity.noReviews')} hint={t('identity.noReviewsHint')} />
        ) : (
          <Empty title={t('identity.noneApart')} hint={t('identity.noneApartHint')} />
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
  const name = useId()
  const [keep, setKeep] = useState(review.first.id)
  const decide = useDecide()
  const merge = useMergeCustomers()
  const isOpen = review.state === 'open'
  const asOne = () =>
    isOpen
      ? decide.mutateAsync({ id: review.id, decision: 'merge', keep })
      : // What was told apart by hand is put together by hand as well.
        merge.mutateAsync({ keep, merge: keep === review.first.id ? review.second.id : review.first.id })
  const busy = decide.isPending || merge.isPending
  return (
    <Section
      title={t(isOpen ? 'identity.reviewsNote' : 'identity.apartNote')}
      note={
        <>
          {t('identity.why')}: {reasonOf(review.reason)} · <When at={review.decidedAt ?? review.createdAt} />
          {review.decidedBy && ` · ${review.decidedBy}`}
        </>
      }
      actions={
        may && (
          <>
            {isOpen && (
              <Button
                disabled={busy}
                onClick={() => void run(() => decide.mutateAsync({ id: review.id, decision: 'separate' }), t('identity.decidedApart'))}
              >
                {t('identity.different')}
              </Button>
            )}
            <Button type={isOpen ? 'primary' : 'default'} loading={busy} onClick={() => void run(asOne, t('identity.decidedOne'))}>
              {t('identity.same')}
            </Button>
          </>
        )
      }
    >
      <div className="pair">
        {[review.first, review.second].map((who) => (
          <Side
            key={who.id}
            who={who}
            keeps={
              may && (
                <label className="row">
                  <input type="radio" name={name} checked={keep === who.id} onChange={() => setKeep(who.id)} />
                  {t('identity.keepThis')}
                </label>
              )
            }
          />
        ))}
      </div>
    </Section>
  )
}

/** What somebody needs to tell whether two are one: how they are reached, what they bought, who knows them. */
function Side({ who, keeps }: { who: Review['first']; keeps: ReactNode }) {
  const { t } = useText()
  const read = useCustomer(who.id)
  const customer = read.data
  return (
    <div className="pair-side">
      <Row between>
        <Link to="/customers/$customerId" params={{ customerId: who.id }}>
          <PersonChip name={who.name} alias={who.alias} avatar={who.avatar} />
        </Link>
        {keeps}
      </Row>
      {read.error ? (
        <Problem error={read.error} retry={() => void read.refetch()} />
      ) : customer ? (
        <Facts
          items={[
            ...customer.identities.slice(0, 6).map((identity) => ({
              name: textOr(`customers.identityKinds.${identity.kind}`, identity.kind),
              value: <span className="wraps">{identity.value}</span>,
            })),
            { name: t('customers.gender'), value: customer.gender && textOr(`customers.genders.${customer.gender}`, customer.gender) },
            { name: t('customers.company'), value: customer.company },
            {
              name: t('customers.ordersCount'),
              value: (
                <>
                  <Count value={customer.totals.ordersCount} /> ·{' '}
                  <Money minor={customer.totals.paidMinor} currency={customer.totals.currency} exact />
                </>
              ),
            },
            { name: t('customers.employee'), value: customer.followers.map(({ employee }) => employee.name).join(t('ui.comma')) || null },
            { name: t('customers.tags'), value: customer.tags.length > 0 ? <TagChips tags={customer.tags} max={6} /> : null },
            { name: t('customers.addedAt'), value: <When at={customer.firstAddedAt} /> },
          ]}
        />
      ) : (
        <Skeleton active paragraph={{ rows: 5 }} title={false} />
      )}
    </div>
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
    <PersonChip name={who.name} alias={who.alias} avatar={who.avatar} />
  </Link>
)

function Undo({ merge }: { merge: Merge }) {
  const { t } = useText()
  const may = useMay()('customers.write')
  const confirm = useConfirm()
  const undo = useUndoMerge()
  const called = usePersonName()
  if (!may || merge.undoneAt) return null
  return (
    <Button
      size="small"
      onClick={() =>
        confirm({
          title: t('customers.undoTitle', { name: called(merge.merged) }),
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
