import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { customerColumns } from '#console/customers/columns.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { useStatistics, useStatisticsPeople } from '#console/live-codes/queries.ts'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { type LiveCode, type Statistics, type Step, steps } from '#growth/live-codes/schema.ts'
import type { CustomerItem } from '#management/customers/schema.ts'

const route = getRouteApi('/app/live-codes/$codeId')

/** What a code brought: every number opens the people it counts. */
export function CodeStatistics({ code }: { code: LiveCode }) {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/live-codes/$codeId' })
  const { from, to } = search
  const step = steps.find((one) => one === search.step)
  const { data } = useStatistics(code.id, { from, to })
  // People open as a step of their own, so that going back closes them and stays on this page.
  const show = (change: { step?: Step | undefined; employee?: string | undefined; from?: string | undefined; to?: string | undefined }) =>
    void navigate({ search: { ...search, ...change }, replace: change.step === undefined, resetScroll: false })
  const number = (step: Step, count: number | undefined, employee?: string) => (
    <button type="button" className="number-button" onClick={() => show({ step, employee })}>
      <Count value={count} />
    </button>
  )
  const totals = data?.totals
  const names: Record<Step, string> = {
    added: t('liveCodes.adds'),
    left: t('liveCodes.left'),
    deleted_by_customer: t('liveCodes.deletedByCustomer'),
    deleted_by_employee: t('liveCodes.deletedByEmployee'),
    tagged: t('liveCodes.tagged'),
    ordered: t('liveCodes.ordered'),
  }
  return (
    <>
      <Row>
        <Dates
          label={t('liveCodes.period')}
          from={from ?? data?.from}
          to={to ?? data?.to}
          required
          onChange={(from, to) => show({ from, to })}
        />
      </Row>
      <Stats>
        <Stat name={t('liveCodes.views')} hint={t('liveCodes.viewsHint')} value={<Count value={totals?.views} />} />
        <Stat name={names.added} value={number('added', totals?.added)} />
        <Stat name={t('liveCodes.net')} value={<Count value={totals?.net} />} />
        <Stat name={names.left} value={number('left', totals?.left)} />
        <Stat name={names.deleted_by_customer} value={number('deleted_by_customer', totals?.deletedByCustomer)} />
        <Stat name={names.deleted_by_employee} value={number('deleted_by_employee', totals?.deletedByEmployee)} />
        <Stat name={names.tagged} value={number('tagged', totals?.tagged)} />
        <Stat name={names.ordered} value={number('ordered', totals?.ordered)} />
        <Stat name={t('liveCodes.conversion')} value={totals ? percent(totals.ordered, totals.added) : '—'} />
      </Stats>
      {data && <Days data={data} />}
      {data && <ByEmployee data={data} number={number} />}
      {step && (
        <PeopleSheet
          code={code.id}
          step={step}
          name={names[step]}
          employee={search.employee}
          from={data?.from}
          to={data?.to}
          onClose={() => show({ step: undefined, employee: undefined })}
        />
      )}
    </>
  )
}

function Days({ data }: { data: Statistics }) {
  const { t } = useText()
  return (
    <Section>
      <Chart
        title={t('liveCodes.byDay')}
        unit={t('liveCodes.people')}
        data={{
          kind: 'line',
          labels: data.days.map(({ day }) => day.slice(5)),
          incomplete: true,
          series: [
            { name: t('liveCodes.adds'), values: data.days.map(({ added }) => added), color: 0 },
            { name: t('liveCodes.left'), values: data.days.map((day) => day.deletedByCustomer + day.deletedByEmployee), color: 1 },
            { name: t('liveCodes.views'), values: data.days.map(({ views }) => views), color: 2 },
          ],
        }}
      />
    </Section>
  )
}

function ByEmployee({ data, number }: { data: Statistics; number: (step: Step, count: number, employee?: string) => ReactNode }) {
  const { t } = useText()
  if (data.employees.length === 0) return null
  return (
    <Section title={t('liveCodes.byEmployee')} flush>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th>{t('liveCodes.employee')}</th>
              <th className="right">{t('liveCodes.adds')}</th>
              <th className="right">{t('liveCodes.deletedByCustomer')}</th>
              <th className="right">{t('liveCodes.deletedByEmployee')}</th>
              <th className="right">{t('liveCodes.ordered')}</th>
              <th className="right">{t('liveCodes.conversion')}</th>
            </tr>
          </thead>
          <tbody>
            {data.employees.map((row) => (
              <tr key={row.employee.id}>
                <td>
                  <PersonChip name={row.employee.name} />
                </td>
                <td className="right">{number('added', row.added, row.employee.id)}</td>
                <td className="right">{number('deleted_by_customer', row.deletedByCustomer, row.employee.id)}</td>
                <td className="right">{number('deleted_by_employee', row.deletedByEmployee, row.employee.id)}</td>
                <td className="right">{number('ordered', row.ordered, row.employee.id)}</td>
                <td className="right figure">{percent(row.ordered, row.added)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

function PeopleSheet(props: {
  code: string
  step: Step
  name: string
  employee: string | undefined
  from: string | undefined
  to: string | undefined
  onClose: () => void
}) {
  const { t } = useText()
  const navigate = useNavigate()
  const list = useStatisticsPeople(props.code, { step: props.step, employee: props.employee, from: props.from, to: props.to })
  return (
    <SideSheet open onClose={props.onClose} title={t('liveCodes.peopleOf', { step: props.name, count: exactNumber(list.total ?? 0) })}>
      <DataTable<CustomerItem>
        bare
        name="code-people"
        columns={customerColumns(t).filter(({ key }) => ['name', 'followers', 'firstAddedAt'].includes(key))}
        list={list}
        empty={<Empty title={t('liveCodes.nobody')} />}
        href={(person) => `/customers/${person.id}`}
        open={(person) => void navigate({ to: '/customers/$customerId', params: { customerId: person.id } })}
      />
    </SideSheet>
  )
}
