import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useLinkPeople, useLinkStatistics } from '#console/acquisition-links/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { ExportButton } from '#console/ui/export-button.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import {
  type AcquiredCustomer,
  type AcquisitionLink,
  type LinkStatistics as Figures,
  type Step,
  steps,
} from '#growth/acquisition-links/schema.ts'

const route = getRouteApi('/app/acquisition-links/$linkId')

type Choice = { step?: Step | undefined; variant?: string | undefined; employee?: string | undefined }
type Numbers = (step: Step, count: number | undefined, choice?: Choice) => ReactNode

/** What a link brought: every number opens the people it counts. */
export function LinkStatistics({ link }: { link: AcquisitionLink }) {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/acquisition-links/$linkId' })
  const { from, to } = search
  const step = steps.find((one) => one === search.step)
  const { data, error, refetch } = useLinkStatistics(link.id, { from, to })
  // People open as a step of their own, so that going back closes them and stays on this page.
  const show = (change: Choice & { from?: string | undefined; to?: string | undefined }) =>
    void navigate({ search: { ...search, ...change }, replace: change.step === undefined, resetScroll: false })
  const number: Numbers = (step, count, choice = {}) => (
    <button type="button" className="number-button" onClick={() => show({ variant: undefined, employee: undefined, ...choice, step })}>
      <Count value={count} />
    </button>
  )
  if (error && !data)
    return (
      <Section>
        <Problem error={error} retry={() => void refetch()} />
      </Section>
    )
  return (
    <>
      <Row between>
        <Dates
          label={t('acquisitionLinks.period')}
          from={from ?? data?.from}
          to={to ?? data?.to}
          required
          onChange={(from, to) => show({ from, to })}
        />
        <Gate permission="exports.write">
          <ExportButton
            what="acquired-customers"
            filter={JSON.stringify({ link: link.id, step: 'added', from: data?.from, to: data?.to })}
          />
        </Gate>
      </Row>
      <Totals data={data} friends={link.counts.friends} number={number} />
      {data ? (
        <>
          <Days data={data} />
          <Breakdowns data={data} number={number} />
        </>
      ) : (
        <Section>
          <Skeleton active paragraph={{ rows: 6 }} />
        </Section>
      )}
      {step && (
        <PeopleSheet
          link={link.id}
          asked={{ step, variant: search.variant, employee: search.employee, from: data?.from, to: data?.to }}
          onClose={() => show({ step: undefined, variant: undefined, employee: undefined })}
        />
      )}
    </>
  )
}

const nameOf = (step: Step, t: Translate): string =>
  ({
    added: t('acquisitionLinks.added'),
    wrote: t('acquisitionLinks.wrote'),
    silent: t('acquisitionLinks.silent'),
    ordered: t('acquisitionLinks.ordered'),
    left: t('acquisitionLinks.left'),
    deleted_by_customer: t('acquisitionLinks.deletedByCustomer'),
    deleted_by_employee: t('acquisitionLinks.deletedByEmployee'),
  })[step]

/** A second number that belongs to the first, small below it. */
const Noted = (props: { name: string; note: ReactNode; children: ReactNode }) => (
  <>
    {props.children}
    <span className="note">
      {props.name} {props.note}
    </span>
  </>
)

/** The way through the link first, from a look at it to a friend, then what became of the friends. */
function Totals({ data, friends, number }: { data: Figures | undefined; friends: number; number: Numbers }) {
  const { t } = useText()
  const totals = data?.totals
  const told = (value: number | null | undefined) => (value === null ? '—' : <Count value={value} />)
  return (
    <Stats>
      <Stat name={t('acquisitionLinks.viewed')} hint={t('acquisitionLinks.shortHint')} value={told(totals?.viewed)} />
      <Stat name={t('acquisitionLinks.clicks')} hint={t('acquisitionLinks.clicksHint')} value={<Count value={totals?.clicks} />} />
      <Stat name={t('acquisitionLinks.opened')} hint={t('acquisitionLinks.openedHint')} value={told(totals?.opened)} />
      <Stat name={t('acquisitionLinks.requested')} value={told(totals?.requested)} />
      <Stat
        name={nameOf('added', t)}
        value={
          <Noted name={t('acquisitionLinks.newCustomers')} note={<Count value={totals?.newCustomers} />}>
            {number('added', totals?.added)}
          </Noted>
        }
      />
      <Stat name={nameOf('wrote', t)} value={number('wrote', totals?.wrote)} />
      <Stat
        name={t('acquisitionLinks.wroteShare')}
        value={
          <Noted name={nameOf('silent', t)} note={number('silent', totals?.silent)}>
            {totals ? percent(totals.wrote, totals.added) : '—'}
          </Noted>
        }
      />
      <Stat name={nameOf('ordered', t)} value={number('ordered', totals?.ordered)} />
      <Stat name={t('acquisitionLinks.friends')} value={<Count value={friends} />} />
      <Stat
        name={nameOf('left', t)}
        value={
          <Noted name={nameOf('deleted_by_customer', t)} note={number('deleted_by_customer', totals?.deletedByCustomer)}>
            {number('left', totals?.left)}
          </Noted>
        }
      />
    </Stats>
  )
}

function Days({ data }: { data: Figures }) {
  const { t } = useText()
  return (
    <Section>
      <Chart
        title={t('acquisitionLinks.byDay')}
        unit={t('acquisitionLinks.people')}
        data={{
          kind: 'line',
          labels: data.days.map(({ day }) => day.slice(5)),
          incomplete: true,
          series: [
            { name: t('acquisitionLinks.added'), values: data.days.map(({ added }) => added), color: 0 },
            { name: t('acquisitionLinks.left'), values: data.days.map(({ left }) => left), color: 1 },
            { name: t('acquisitionLinks.clicks'), values: data.days.map(({ clicks }) => clicks), color: 2 },
          ],
        }}
      />
    </Section>
  )
}

function Breakdowns({ data, number }: { data: Figures; number: Numbers }) {
  const { t } = useText()
  return (
    <>
      <Breakdown
        title={t('acquisitionLinks.byVariant')}
        head={t('acquisitionLinks.variant')}
        number={number}
        rows={data.variants.map(({ variant, ...rest }) => ({
          ...rest,
          key: variant?.id ?? '',
          name: variant ? variant.name || t('acquisitionLinks.main') : <span className="mute">{t('acquisitionLinks.bare')}</span>,
          choice: variant ? { variant: variant.id } : undefined,
        }))}
      />
      <Breakdown
        title={t('acquisitionLinks.byEmployee')}
        head={t('acquisitionLinks.employee')}
        number={number}
        rows={data.employees.map(({ employee, ...rest }) => ({
          ...rest,
          key: employee.id,
          name: <PersonChip name={employee.name} />,
          choice: { employee: employee.id },
        }))}
      />
    </>
  )
}

type Line = { key: string; name: ReactNode; choice: Choice | undefined; added: number; wrote: number; left: number }

function Breakdown({ title, head, rows, number }: { title: string; head: string; rows: Line[]; number: Numbers }) {
  const { t } = useText()
  if (rows.length === 0) return null
  const cell = (step: Step, count: number, choice: Choice | undefined) => (choice ? number(step, count, choice) : <Count value={count} />)
  return (
    <Section title={title} flush>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th>{head}</th>
              <th className="right">{t('acquisitionLinks.added')}</th>
              <th className="right">{t('acquisitionLinks.wrote')}</th>
              <th className="right">{t('acquisitionLinks.wroteShare')}</th>
              <th className="right">{t('acquisitionLinks.left')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <td>{row.name}</td>
                <td className="right">{cell('added', row.added, row.choice)}</td>
                <td className="right">{cell('wrote', row.wrote, row.choice)}</td>
                <td className="right figure">{percent(row.wrote, row.added)}</td>
                <td className="right">{cell('left', row.left, row.choice)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

type Asked = { step: Step; variant: string | undefined; employee: string | undefined; from: string | undefined; to: string | undefined }

function PeopleSheet({ link, asked, onClose }: { link: string; asked: Asked; onClose: () => void }) {
  const { t } = useText()
  const navigate = useNavigate()
  const list = useLinkPeople(link, asked)
  return (
    <SideSheet
      open
      wide
      onClose={onClose}
      title={t('acquisitionLinks.peopleOf', { step: nameOf(asked.step, t), count: exactNumber(list.total ?? 0) })}
      actions={
        <Gate permission="exports.write">
          <ExportButton what="acquired-customers" filter={JSON.stringify({ link, ...asked })} />
        </Gate>
      }
    >
      <DataTable<AcquiredCustomer>
        bare
        name="acquired-customers"
        columns={columns(t)}
        list={list}
        empty={<Empty title={t('acquisitionLinks.nobody')} />}
        href={(one) => `/customers/${one.customer.id}`}
        open={(one) => void navigate({ to: '/customers/$customerId', params: { customerId: one.customer.id } })}
      />
    </SideSheet>
  )
}

const tones = { wrote: 'good', silent: 'quiet', unknown: 'quiet' } as const

const columns = (t: Translate): Column<AcquiredCustomer>[] => [
  {
    key: 'customer',
    title: t('acquisitionLinks.customer'),
    width: 170,
    render: ({ customer }) => <PersonChip name={customer.name} avatar={customer.avatar} />,
  },
  {
    key: 'chat',
    title: t('acquisitionLinks.chat'),
    width: 130,
    phone: 'aside',
    render: ({ chat, messages }) => (
      <span title={messages > 0 ? t('acquisitionLinks.messages', { count: messages }) : undefined}>
        <Badge tone={tones[chat]}>{t(`acquisitionLinks.chats.${chat}`)}</Badge>
        {messages > 0 && <span className="note"> {messages}</span>}
      </span>
    ),
  },
  { key: 'employee', title: t('acquisitionLinks.employee'), width: 100, phone: 'note', render: ({ employee }) => employee.name },
  {
    key: 'variant',
    title: t('acquisitionLinks.variant'),
    width: 120,
    phone: 'none',
    render: ({ variant }) =>
      variant ? variant.name || t('acquisitionLinks.main') : <span className="mute">{t('acquisitionLinks.bare')}</span>,
  },
  { key: 'addedAt', title: t('acquisitionLinks.addedAt'), width: 120, phone: 'note', render: ({ addedAt }) => <When at={addedAt} /> },
  {
    key: 'ended',
    title: t('acquisitionLinks.ended'),
    width: 120,
    phone: 'none',
    render: ({ endedBy }) => (endedBy ? t(`acquisitionLinks.endedBy.${endedBy}`) : <span className="mute">—</span>),
  },
]
