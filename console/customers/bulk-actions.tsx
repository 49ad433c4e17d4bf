import { Button, Checkbox, Modal } from 'antd'
import { useState } from 'react'
import { type Bulk, useBulk, useReach } from '#console/customers/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { TagPicker } from '#console/tags/tag-picker.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'

/** Tagging many at once says how many before it does it, and can be turned back by the opposite action. */
export function BulkActions(props: {
  ids: string[]
  filter: string | undefined
  q: string | undefined
  total: number | undefined
  done: () => void
}) {
  const { t } = useText()
  const [action, setAction] = useState<Bulk['action']>()
  return (
    <>
      <Button size="small" onClick={() => setAction('tag')}>
        {t('customers.bulkTag')}
      </Button>
      <Button size="small" onClick={() => setAction('untag')}>
        {t('customers.bulkUntag')}
      </Button>
      {action && (
        <BulkDialog
          action={action}
          {...props}
          onClose={(finished) => {
            setAction(undefined)
            if (finished) props.done()
          }}
        />
      )}
    </>
  )
}

export function BulkDialog(props: {
  action: Bulk['action']
  ids: string[]
  filter: string | undefined
  q: string | undefined
  total: number | undefined
  onClose: (finished: boolean) => void
}) {
  const { t } = useText()
  const run = useRun()
  const bulk = useBulk()
  const [tagId, setTagId] = useState<string>()
  const [everyone, setEveryone] = useState(false)
  const reach = useReach(props.filter, props.q, everyone)
  const count = everyone ? (reach.data ? exactNumber(reach.data.count) : '…') : exactNumber(props.ids.length)
  const act = async () => {
    if (!tagId) return
    const whom = everyone
      ? { filter: props.filter ? JSON.parse(props.filter) : { and: [] }, ...(props.q ? { q: props.q } : {}) }
      : { ids: props.ids }
    const done = await run(() => bulk.mutateAsync({ action: props.action, tagId, ...whom }), t('customers.bulkStarted', { count }))
    if (done) props.onClose(true)
  }
  return (
    <Modal
      open
      title={t(props.action === 'tag' ? 'customers.bulkTag' : 'customers.bulkUntag')}
      okText={t(props.action === 'tag' ? 'customers.bulkTagAct' : 'customers.bulkUntagAct', { count })}
      cancelText={t('ui.cancel')}
      okButtonProps={{ disabled: !tagId || (everyone && !reach.data), loading: bulk.isPending }}
      onOk={() => void act()}
      onCancel={() => props.onClose(false)}
    >
      <div className="stack tight">
        <TagPicker value={tagId} onChange={setTagId} autoFocus />
        {props.total !== undefined && props.total > props.ids.length && (
          <Checkbox checked={everyone} onChange={(event) => setEveryone(event.target.checked)}>
            {t('customers.bulkEveryone')}
          </Checkbox>
        )}
        <p className="note">{t(props.action === 'tag' ? 'customers.bulkTagEffect' : 'customers.bulkUntagEffect', { count })}</p>
      </div>
    </Modal>
  )
}
