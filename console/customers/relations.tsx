import { DeleteOutlined, MergeCellsOutlined, PlusOutlined } from '@ant-design/icons'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { CustomerPicker } from '#console/customers/customer-picker.tsx'
import { useAddLink, useMergeCustomers, useRemoveLink, useUndoMerge } from '#console/customers/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { usePersonName } from '#console/ui/person-name.ts'
import { type CustomerDetail, linkKinds } from '#management/customers/schema.ts'

/** Companies, families, payers: who belongs to this customer. */
export function Links({ customer }: { customer: CustomerDetail }) {
  const { t } = useText()
  const run = useRun()
  const may = useMay()('customers.write')
  const called = usePersonName()
  const [adding, setAdding] = useState(false)
  const add = useAddLink(customer.id)
  const remove = useRemoveLink()
  if (!may && customer.links.length === 0) return null
  return (
    <Section
      title={t('customers.links')}
      actions={
        may && (
          <Button size="small" icon={<PlusOutlined />} aria-label={t('customers.addLink')} onClick={() => setAdding(true)}>
            {t('customers.addLinkShort')}
          </Button>
        )
      }
    >
      {customer.links.length === 0 ? (
        <p className="note">{t('customers.noLinks')}</p>
      ) : (
        <ul className="lines">
          {customer.links.map((link) => {
            const [from, to] = link.direction === 'from' ? [customer.id, link.customer.id] : [link.customer.id, customer.id]
            const kind = t(`customers.linkKinds.${link.kind}`)
            return (
              <li key={link.kind + link.direction + link.customer.id}>
                <Link to="/customers/$customerId" params={{ customerId: link.customer.id }}>
                  <PersonChip
                    name={link.customer.name}
                    alias={link.customer.alias}
                    note={[link.direction === 'from' ? kind : t('customers.linkedBy', { kind }), link.note].filter(Boolean).join(' · ')}
                  />
                </Link>
                {may && (
                  <Button
                    type="text"
                    size="small"
                    icon={<DeleteOutlined />}
                    aria-label={t('ui.deleteNamed', { name: called(link.customer) })}
                    onClick={() => void run(() => remove.mutateAsync({ from, to, kind: link.kind }))}
                  />
                )}
              </li>
            )
          })}
        </ul>
      )}
      <FormDrawer<{ kind: (typeof linkKinds)[number]; to: string; note?: string }>
        title={t('customers.addLink')}
        open={adding}
        onClose={() => setAdding(false)}
        initial={{ kind: 'works_at' }}
        onSubmit={(link) => add.mutateAsync(link)}
      >
        <Form.Item name="kind" label={t('customers.linkKind')}>
          <Select options={linkKinds.map((value) => ({ value, label: t(`customers.linkKinds.${value}`) }))} />
        </Form.Item>
        <Form.Item name="to" label={t('customers.linkTo')} rules={[{ required: true, message: t('ui.required') }]}>
          <CustomerPicker except={customer.id} />
        </Form.Item>
        <Form.Item name="note" label={t('customers.linkNote')}>
          <Input maxLength={200} />
        </Form.Item>
      </FormDrawer>
    </Section>
  )
}

/** What was merged into this customer, and a way in and out. */
export function Merged({ customer }: { customer: CustomerDetail }) {
  const { t } = useText()
  const confirm = useConfirm()
  const may = useMay()('customers.write')
  const called = usePersonName()
  const [merging, setMerging] = useState(false)
  const merge = useMergeCustomers()
  const undo = useUndoMerge()
  const navigate = useNavigate()
  if (!may && customer.merged.length === 0) return null
  return (
    <Section
      title={t('customers.mergedTitle')}
      actions={
        may && (
          <Button size="small" icon={<MergeCellsOutlined />} aria-label={t('customers.mergeAct')} onClick={() => setMerging(true)}>
            {t('customers.mergeShort')}
          </Button>
        )
      }
    >
      {customer.merged.length === 0 ? (
        <p className="note">{t('customers.notMerged')}</p>
      ) : (
        <ul className="lines">
          {customer.merged.map(({ id, name, alias, merge: mergeId }) => (
            <li key={id}>
              <PersonChip name={name} alias={alias} />
              {may && mergeId && (
                <Button
                  size="small"
                  onClick={() =>
                    confirm({
                      title: t('customers.undoTitle', { name: called({ name, alias }) }),
                      effect: t('customers.undoEffect'),
                      act: t('customers.undoMerge'),
                      run: () => undo.mutateAsync(mergeId),
                    })
                  }
                >
                  {t('customers.undoMerge')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <FormDrawer<{ merge: string }>
        title={t('customers.mergeAct')}
        open={merging}
        onClose={() => setMerging(false)}
        initial={{}}
        submit={t('customers.mergeShort')}
        onSubmit={async ({ merge: other }) => {
          const { customer: canonical } = await merge.mutateAsync({ keep: customer.id, merge: other })
          if (canonical !== customer.id) await navigate({ to: '/customers/$customerId', params: { customerId: canonical } })
        }}
      >
        <p>{t('customers.mergeEffect')}</p>
        <Form.Item name="merge" label={t('customers.mergeWith')} rules={[{ required: true, message: t('ui.required') }]}>
          <CustomerPicker except={customer.id} />
        </Form.Item>
      </FormDrawer>
    </Section>
  )
}
