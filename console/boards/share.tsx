import { ShareAltOutlined } from '@ant-design/icons'
import { App, Button, Checkbox, Form, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { type Board, useRoles, useSaveBoard } from '#console/boards/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'

/** A link for whoever may see it already; the maker also says who may. */
export function ShareButton({ board }: { board: Board | undefined }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  if (!board?.mine) return <CopyLink />
  return (
    <>
      <Button icon={<ShareAltOutlined />} onClick={() => setOpen(true)}>
        {t('boards.share')}
      </Button>
      <ShareDrawer board={board} open={open} onClose={() => setOpen(false)} />
    </>
  )
}

/** The address without what is open for a moment. */
export function CopyLink() {
  const { t } = useText()
  const { message } = App.useApp()
  const copy = async () => {
    const url = new URL(window.location.href)
    for (const passing of ['people', 'edit']) url.searchParams.delete(passing)
    await navigator.clipboard.writeText(url.href)
    message.success(t('boards.linkCopied'))
  }
  return (
    <Button icon={<ShareAltOutlined />} onClick={() => void copy()}>
      {t('boards.shareLink')}
    </Button>
  )
}

function ShareDrawer({ board, open, onClose }: { board: Board; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const save = useSaveBoard()
  const may = useMay()
  const roles = useRoles(open && may('team.read'))
  return (
    <FormDrawer<{ all: boolean; roles: string[] }>
      title={t('boards.share')}
      open={open}
      onClose={onClose}
      extra={<CopyLink />}
      initial={{ all: board.roles === null, roles: board.roles ?? [] }}
      onSubmit={({ all, roles: some }) => save.mutateAsync({ id: board.id, roles: all ? null : some })}
    >
      <Form.Item name="all" valuePropName="checked">
        <Checkbox>{t('boards.shareAll')}</Checkbox>
      </Form.Item>
      <Form.Item noStyle shouldUpdate>
        {({ getFieldValue }) => (
          <Form.Item name="roles" label={t('boards.shareWith')} extra={t('boards.shareHint')}>
            <Select
              mode="multiple"
              disabled={getFieldValue('all') === true}
              options={(roles.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            />
          </Form.Item>
        )}
      </Form.Item>
    </FormDrawer>
  )
}
