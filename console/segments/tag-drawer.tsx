import { Form, Switch } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useSaveSegment, useTagChange } from '#console/segments/queries.ts'
import { TagPicker } from '#console/tags/tag-picker.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Problem } from '#console/ui/problem.tsx'
import type { Segment } from '#insight/segments/schema.ts'

interface Values {
  id?: string
  takeAway: boolean
}

/** Which tag members get, and whether those who leave lose it; what it would do is counted before it is saved. */
export function TagDrawer({ segment, open, onClose }: { segment: Segment; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const save = useSaveSegment()
  const { tag } = segment
  return (
    <FormDrawer<Values>
      title={t('segments.tag.title')}
      open={open}
      onClose={onClose}
      initial={{ ...(tag ? { id: tag.id } : {}), takeAway: tag?.takeAway ?? true }}
      fields={{ 'tag.id': 'id', tag: 'id' }}
      onSubmit={({ id, takeAway }) => save.mutateAsync({ id: segment.id, tag: id ? { id, takeAway } : null })}
    >
      <Form.Item name="id" label={t('segments.tag.which')} extra={t('segments.tag.whichNote')}>
        <TagPicker clearable />
      </Form.Item>
      <Form.Item name="takeAway" label={t('segments.tag.takeAway')} valuePropName="checked" extra={t('segments.tag.takeAwayNote')}>
        <Switch />
      </Form.Item>
      <p className="note">{t('segments.tag.note')}</p>
      <Form.Item noStyle shouldUpdate>
        {({ getFieldsValue }) => <Effect segment={segment} values={getFieldsValue()} />}
      </Form.Item>
    </FormDrawer>
  )
}

function Effect({ segment, values: { id, takeAway } }: { segment: Segment; values: Values }) {
  const { t } = useText()
  const asked = useTagChange(segment, id ? { id, takeAway } : undefined)
  if (!id) return segment.tag ? <p>{t('segments.tag.stops')}</p> : null
  if (asked.error) return <Problem error={asked.error} />
  return <p role="status">{asked.data ? t('segments.tag.effect', { given: exactNumber(asked.data.tag?.given ?? 0) }) : '…'}</p>
}
