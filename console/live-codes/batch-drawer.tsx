import { Form, Input, Select } from 'antd'
import { get } from '#console/api/client.ts'
import { useText } from '#console/i18n/i18n.ts'
import { inputOf } from '#console/live-codes/draft.ts'
import { useBatch } from '#console/live-codes/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import type { LiveCode, LiveCodeRow } from '#growth/live-codes/schema.ts'

interface Values {
  like: string
  sites: string
}

const sitesOf = (text: string | undefined): string[] => [...new Set((text ?? '').split('\n').map((line) => line.trim()))].filter(Boolean)

/** A code like this one for every site of a list. */
export function BatchDrawer({ open, onClose, codes }: { open: boolean; onClose: () => void; codes: LiveCodeRow[] }) {
  const { t } = useText()
  const make = useBatch()
  const submit = async ({ like, sites }: Values) => {
    const { name: _, ...code } = inputOf(await get<LiveCode>(`live-codes/${like}`))
    await make.mutateAsync({ code, sites: sitesOf(sites).map((name) => ({ name })) })
  }
  return (
    <FormDrawer<Values>
      title={t('liveCodes.batch')}
      open={open}
      onClose={onClose}
      draft="live-code-batch"
      initial={codes[0] ? { like: codes[0].id } : {}}
      onSubmit={submit}
    >
      <Form.Item name="like" label={t('liveCodes.like')} rules={[{ required: true, message: t('ui.required') }]}>
        <Select showSearch={{ optionFilterProp: 'label' }} options={codes.map(({ id, name }) => ({ value: id, label: name }))} />
      </Form.Item>
      <Form.Item
        name="sites"
        label={t('liveCodes.sites')}
        extra={t('liveCodes.sitesHint')}
        rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
      >
        <Input.TextArea autoSize={{ minRows: 8, maxRows: 20 }} placeholder={t('liveCodes.sitesExample')} />
      </Form.Item>
    </FormDrawer>
  )
}
