import { BookOutlined, DeleteOutlined } from '@ant-design/icons'
import { Button, Input, Popover } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import type { FilterValues } from '#console/ui/filter-bar.tsx'
import { remember, remembered } from '#console/ui/local.ts'
import { usePhone } from '#console/ui/preferences.ts'

interface View {
  name: string
  values: FilterValues
}

/** Named sets of filters. The filters themselves are in the URL, so a view is also a link that can be sent to somebody. */
export function SavedViews(props: { name: string; values: FilterValues; onOpen: (values: FilterValues) => void }) {
  const { t } = useText()
  const phone = usePhone()
  const [views, setViews] = useState(() => remembered<View[]>(`views.${props.name}`) ?? [])
  const [name, setName] = useState('')
  const [open, setOpen] = useState(false)
  const keep = (next: View[]) => {
    remember(`views.${props.name}`, next)
    setViews(next)
  }
  const save = () => {
    if (!name.trim()) return
    keep([...views.filter((view) => view.name !== name.trim()), { name: name.trim(), values: props.values }])
    setName('')
  }
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      content={
        <div className="stack tight views">
          {views.length === 0 && <p className="note">{t('ui.noViews')}</p>}
          {views.map((view) => (
            <div key={view.name} className="row between">
              <Button
                type="text"
                onClick={() => {
                  props.onOpen(view.values)
                  setOpen(false)
                }}
              >
                {view.name}
              </Button>
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={t('ui.deleteNamed', { name: view.name })}
                onClick={() => keep(views.filter((other) => other.name !== view.name))}
              />
            </div>
          ))}
          <div className="row">
            <Input
              size="small"
              value={name}
              maxLength={40}
              placeholder={t('ui.viewName')}
              aria-label={t('ui.viewName')}
              onChange={(event) => setName(event.target.value)}
              onPressEnter={save}
            />
            <Button size="small" onClick={save}>
              {t('ui.save')}
            </Button>
          </div>
        </div>
      }
    >
      <Button icon={<BookOutlined />} aria-label={t('ui.views')}>
        {phone ? undefined : t('ui.views')}
      </Button>
    </Popover>
  )
}
