import { ContainerOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Button, Popover, Skeleton } from 'antd'
import { useState } from 'react'
import { useMay, useTenant } from '#console/api/session.ts'
import { EditCustomer } from '#console/customers/customer-form.tsx'
import { Phones } from '#console/customers/phones.tsx'
import { useCustomer, useTagCustomer, useTimeline } from '#console/customers/queries.ts'
import { Links, Merged } from '#console/customers/relations.tsx'
import { timelineItem } from '#console/customers/timeline-text.tsx'
import { usePropertyNames } from '#console/events/property-names.ts'
import { CustomerFollowUps } from '#console/follow-ups/customer-follow-ups.tsx'
import { Memberships } from '#console/groups/memberships.tsx'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { CustomerJourneys } from '#console/journeys/customer-journeys.tsx'
import { CustomerSends } from '#console/outbound/customer-sends.tsx'
import { CustomerScores } from '#console/scores/customer-scores.tsx'
import { TagPicker } from '#console/tags/tag-picker.tsx'
import { CustomerTasks } from '#console/tasks/customer-tasks.tsx'
import { Back } from '#console/ui/back.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Money } from '#console/ui/money.tsx'
import { Columns, Facts, Page, Row, Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Badge, TagChips } from '#console/ui/tag-chips.tsx'
import { Timeline } from '#console/ui/timeline.tsx'
import { When } from '#console/ui/when.tsx'
import type { CustomerDetail } from '#management/customers/schema.ts'

const route = getRouteApi('/app/customers/$customerId')

export function CustomerPage() {
  const { t } = useText()
  const { customerId } = route.useParams()
  const customer = useCustomer(customerId)
  const [editing, setEditing] = useState(false)
  if (customer.error) {
    return (
      <Page title={t('customers.customer')} back={<Back to="/customers">{t('customers.title')}</Back>}>
        <Section>
          <Problem error={customer.error} retry={() => void customer.refetch()} />
        </Section>
      </Page>
    )
  }
  const data = customer.data?.id === customerId ? customer.data : undefined
  return (
    <Page
      title={data ? <Who customer={data} /> : t('customers.customer')}
      back={<Back to="/customers">{t('customers.title')}</Back>}
      actions={
        data && (
          <>
            <Gate permission="archive.read">
              <ButtonLink to="/archive" search={{ customer: customerId }} icon={<ContainerOutlined />}>
                {t('archive.title')}
              </ButtonLink>
            </Gate>
            <Gate permission="customers.write">
              <Button icon={<EditOutlined />} onClick={() => setEditing(true)}>
                {t('ui.edit')}
              </Button>
            </Gate>
          </>
        )
      }
    >
      {data ? (
        <Columns shares={[2.4, 4, 2.2]}>
          <Identity customer={data} />
          <History customerId={customerId} />
          <Actions customer={data} />
        </Columns>
      ) : (
        <Section>
          <Skeleton active avatar paragraph={{ rows: 8 }} />
        </Section>
      )}
      {data && <EditCustomer customer={data} open={editing} onClose={() => setEditing(false)} />}
    </Page>
  )
}

function Who({ customer }: { customer: CustomerDetail }) {
  const { t } = useText()
  const note = [
    customer.gender && textOr(`customers.genders.${customer.gender}`, ''),
    textOr(`customers.kinds.${customer.kind}`, customer.kind),
    [customer.company, customer.position].filter(Boolean).join(' '),
    customer.merged.length > 0 && t('customers.mergedNote', { count: customer.merged.length + 1 }),
  ]
  return (
    <PersonChip size="large" name={customer.name} alias={customer.alias} avatar={customer.avatar} note={note.filter(Boolean).join(' · ')} />
  )
}

function Identity({ customer }: { customer: CustomerDetail }) {
  const { t } = useText()
  return (
    <>
      <Section title={t('customers.profile')}>
        <Facts
          items={[
            { name: t('customers.phone'), value: <Phones customer={customer} /> },
            ...(customer.remark ? [{ name: t('customers.remark'), value: customer.remark }] : []),
            { name: t('customers.channel'), value: customer.channel?.name },
            { name: t('customers.addedAt'), value: <When at={customer.firstAddedAt} /> },
            { name: t('customers.lastActiveAt'), value: <When at={customer.lastActiveAt} /> },
            ...customer.attributes.map((attribute) => ({
              name: attribute.name,
              value: valueText(attribute.value, t),
            })),
          ]}
        />
      </Section>
      <Section title={t('customers.identities')} note={t('customers.identitiesNote')}>
        <Facts
          items={customer.identities.map((identity) => ({
            name: textOr(`customers.identityKinds.${identity.kind}`, identity.kind),
            // A masked number is no use on a clipboard.
            value: identity.kind === 'phone' ? <span className="figure">{identity.value}</span> : <CopyId value={identity.value} />,
          }))}
        />
      </Section>
    </>
  )
}

function History({ customerId }: { customerId: string }) {
  const { t, language } = useText()
  const { currency } = useTenant()
  const timeline = useTimeline(customerId)
  const propertyName = usePropertyNames()
  return (
    <Section title={t('customers.timeline')}>
      {timeline.error ? (
        <Problem error={timeline.error} retry={timeline.reload} />
      ) : timeline.loading ? (
        <Skeleton active paragraph={{ rows: 6 }} />
      ) : timeline.rows.length === 0 ? (
        <Empty title={t('customers.timelineEmpty')} hint={t('customers.timelineEmptyHint')} />
      ) : (
        <Timeline
          items={timeline.rows.map((event) =>
            timelineItem(event, { currency, language, propertyName: (name, property) => propertyName([name], property) }),
          )}
          more={timeline.more}
          loadingMore={timeline.loadingMore}
          onMore={timeline.loadMore}
        />
      )}
    </Section>
  )
}

function Actions({ customer }: { customer: CustomerDetail }) {
  const { t } = useText()
  const { totals } = customer
  return (
    <>
      <Tags customer={customer} />
      <Section title={t('customers.purchases')}>
        <Facts
          items={[
            {
              name: t('customers.ordersCount'),
              value: (
                <Link to="/orders" search={{ customer: customer.id }}>
                  <Count value={totals.ordersCount} />
                </Link>
              ),
            },
            { name: t('customers.paid'), value: <Money minor={totals.paidMinor} currency={totals.currency} exact /> },
            ...(totals.refundedMinor
              ? [{ name: t('customers.refunded'), value: <Money minor={totals.refundedMinor} currency={totals.currency} exact /> }]
              : []),
            ...totals.others.map((other) => ({
              name: t('customers.paidIn', { currency: other.currency }),
              value: (
                <>
                  <Money minor={other.paidMinor} currency={other.currency} exact /> · <Count value={other.ordersCount} />
                </>
              ),
            })),
            ...(totals.lastPaidAt ? [{ name: t('customers.lastPaidAt'), value: <When at={totals.lastPaidAt} /> }] : []),
          ]}
        />
      </Section>
      <CustomerScores customerId={customer.id} />
      <Section title={t('customers.follows')}>
        {customer.follows.length === 0 ? (
          <p className="note">{t('customers.nobodyFollows')}</p>
        ) : (
          <ul className="lines">
            {customer.follows.map((follow) => (
              <li key={follow.employee.id}>
                <PersonChip
                  name={follow.employee.name}
                  note={
                    <>
                      {follow.remark && `${follow.remark} · `}
                      <When at={follow.addedAt} />
                    </>
                  }
                />
                {follow.endedAt ? (
                  <Badge tone="quiet">{textOr(`customers.endedBy.${follow.endedBy}`, t('customers.ended'))}</Badge>
                ) : (
                  <Badge tone="good">{t('customers.following')}</Badge>
                )}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <CustomerFollowUps customerId={customer.id} />
      <CustomerTasks customerId={customer.id} />
      <CustomerSends customerId={customer.id} />
      <CustomerJourneys customerId={customer.id} />
      <Memberships customerId={customer.id} />
      <Links customer={customer} />
      <Merged customer={customer} />
    </>
  )
}

function Tags({ customer }: { customer: CustomerDetail }) {
  const { t } = useText()
  const run = useRun()
  const may = useMay()('customers.write')
  const [adding, setAdding] = useState(false)
  const tagging = useTagCustomer(customer.id)
  const change = (tagId: string, on: boolean) => {
    setAdding(false)
    void run(() => tagging.mutateAsync({ tagId, on }))
  }
  return (
    <Section
      title={t('customers.tags')}
      actions={
        may && (
          <Popover
            trigger="click"
            placement="bottomRight"
            open={adding}
            onOpenChange={setAdding}
            destroyOnHidden
            content={
              <div className="views">
                <TagPicker autoFocus except={customer.tags.map((tag) => tag.id)} onChange={(tagId) => change(tagId, true)} />
              </div>
            }
          >
            <Button size="small" icon={<PlusOutlined />}>
              {t('customers.addTag')}
            </Button>
          </Popover>
        )
      }
    >
      <Row>
        {customer.tags.length ? (
          <TagChips tags={customer.tags} {...(may ? { onRemove: (tag) => change(tag.id, false) } : {})} />
        ) : (
          <p className="note">{t('customers.noTags')}</p>
        )}
      </Row>
    </Section>
  )
}

function valueText(value: unknown, t: Translate): string | null {
  if (value === null || value === undefined || value === '') return null
  if (typeof value === 'boolean') return t(value ? 'ui.yes' : 'ui.no')
  return Array.isArray(value) ? value.join(t('ui.comma')) : String(value)
}
