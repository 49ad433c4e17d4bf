import { useNavigate } from '@tanstack/react-router'
import { Form, Input, Select } from 'antd'
import { AttributeFields, attributeValues } from '#console/attributes/attribute-fields.tsx'
import { useCreateCustomer, useEditCustomer } from '#console/customers/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import type { CustomerDetail, CustomerPatch } from '#management/customers/schema.ts'

interface Values {
  name: string
  phone?: string
  gender?: 'male' | 'female'
  memberNo?: string
  company?: string
  position?: string
  remark?: string
  attributes?: Record<string, unknown>
}

export function CreateCustomer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText()
  const navigate = useNavigate()
  const create = useCreateCustomer()
  return (
    <FormDrawer<Values>
      title={t('customers.create')}
      open={open}
      onClose={onClose}
      initial={{}}
      draft="customer"
      onSubmit={async (values) => {
        const { attributes, ...facts } = values
        const own = Object.entries(attributeValues(attributes)).filter(
          (entry): entry is [string, string | number | boolean] => entry[1] !== null,
        )
        const given = Object.fromEntries(Object.entries(facts).filter(([, value]) => value)) as unknown as Omit<Values, 'attributes'>
        const { id } = await create.mutateAsync({ ...given, ...(own.length ? { attributes: Object.fromEntries(own) } : {}) })
        await navigate({ to: '/customers/$customerId', params: { customerId: id } })
      }}
    >
      <Fields />
      <Form.Item name="phone" label={t('customers.phone')} rules={[{ pattern: /^\+?[\d -]{6,20}$/, message: t('customers.phoneWrong') }]}>
        <Input type="tel" autoComplete="off" />
      </Form.Item>
      <Form.Item name="memberNo" label={t('customers.identityKinds.member_no')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <AttributeFields />
    </FormDrawer>
  )
}

export function EditCustomer(props: { customer: CustomerDetail; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const edit = useEditCustomer(props.customer.id)
  return (
    <FormDrawer<Values>
      title={t('customers.edit')}
      open={props.open}
      onClose={props.onClose}
      initial={{
        name: props.customer.name ?? '',
        ...(props.customer.gender === 'male' || props.customer.gender === 'female' ? { gender: props.customer.gender } : {}),
        ...(props.customer.company ? { company: props.customer.company } : {}),
        ...(props.customer.position ? { position: props.customer.position } : {}),
        ...(props.customer.remark ? { remark: props.customer.remark } : {}),
        attributes: Object.fromEntries(props.customer.attributes.map(({ key, value }) => [key, value ?? undefined])),
      }}
      onSubmit={async (values) => {
        const change = changesOf(props.customer, values)
        if (Object.keys(change).length > 0) await edit.mutateAsync(change)
      }}
    >
      <Fields nameless={props.customer.name === null} />
      <Form.Item name="position" label={t('customers.position')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="remark" label={t('customers.remark')}>
        <Input.TextArea maxLength={500} showCount autoSize={{ minRows: 2, maxRows: 6 }} />
      </Form.Item>
      <AttributeFields />
    </FormDrawer>
  )
}

/** Only what is different: the timeline and the audit log say what somebody changed, not what the form held. */
function changesOf(customer: CustomerDetail, { name, gender, company, position, remark, attributes }: Values): CustomerPatch {
  const asked = {
    gender: gender ?? null,
    company: company?.trim() || null,
    position: position?.trim() || null,
    remark: remark?.trim() || null,
  }
  const known = new Map(customer.attributes.map(({ key, value }) => [key, value ?? null]))
  const own = Object.entries(attributeValues(attributes)).filter(([key, value]) => (known.get(key) ?? null) !== value)
  return {
    ...(name?.trim() && name.trim() !== customer.name ? { name: name.trim() } : {}),
    ...Object.fromEntries(Object.entries(asked).filter(([key, value]) => value !== customer[key as keyof typeof asked])),
    ...(own.length > 0 ? { attributes: Object.fromEntries(own) } : {}),
  }
}

function Fields({ nameless = false }: { nameless?: boolean }) {
  const { t } = useText()
  return (
    <>
      <Form.Item
        name="name"
        label={t('customers.name')}
        rules={nameless ? [] : [{ required: true, whitespace: true, message: t('ui.required') }]}
      >
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="gender" label={t('customers.gender')}>
        <Select
          allowClear
          options={[
            { value: 'female', label: t('customers.genders.female') },
            { value: 'male', label: t('customers.genders.male') },
          ]}
        />
      </Form.Item>
      <Form.Item name="company" label={t('customers.company')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
    </>
  )
}
