import { useNavigate } from '@tanstack/react-router'
import { Form, Input, Select } from 'antd'
import { type CustomerDetail, useCreateCustomer, useEditCustomer } from '#console/customers/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'

interface Values {
  name: string
  phone?: string
  gender?: string
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
        const { id } = await create.mutateAsync(values)
        await navigate({ to: '/customers/$customerId', params: { customerId: id } })
      }}
    >
      <Fields />
      <Form.Item name="phone" label={t('customers.phone')} rules={[{ pattern: /^\+?[\d -]{6,20}$/, message: t('customers.phoneWrong') }]}>
        <Input type="tel" autoComplete="off" />
      </Form.Item>
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
      initial={{ name: props.customer.name, ...(props.customer.gender ? { gender: props.customer.gender } : {}) }}
      onSubmit={(values) => edit.mutateAsync(values)}
    >
      <Fields />
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
    </>
  )
}
