import { useNavigate } from '@tanstack/react-router'
import { Form, Input, Select } from 'antd'
import { AttributeFields, attributeValues } from '#console/attributes/attribute-fields.tsx'
import { useCreateCustomer, useEditCustomer } from '#console/customers/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import type { CustomerDetail } from '#management/customers/schema.ts'

interface Values {
  name: string
  phone?: string
  gender?: 'male' | 'female'
  memberNo?: string
  company?: string
  position?: string
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
        attributes: Object.fromEntries(props.customer.attributes.map(({ key, value }) => [key, value ?? undefined])),
      }}
      onSubmit={({ name, gender, company, position, attributes }) =>
        edit.mutateAsync({
          name,
          gender: gender ?? null,
          company: company || null,
          position: position || null,
          attributes: attributeValues(attributes),
        })
      }
    >
      <Fields />
      <Form.Item name="position" label={t('customers.position')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <AttributeFields />
    </FormDrawer>
  )
}

function Fields() {
  const { t } = useText()
  return (
    <>
      <Form.Item name="name" label={t('customers.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
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
