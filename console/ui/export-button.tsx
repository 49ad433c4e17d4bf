import { DownloadOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { Button, Dropdown } from 'antd'
import { post } from '#console/api/client.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'

/** Exports exactly what the list shows; the file is made in the background and waits in the task tray. */
export function ExportButton(props: { what: string; filter?: string | undefined; q?: string | undefined }) {
  const { t } = useText()
  const run = useRun()
  const client = useQueryClient()
  const start = (format: string) =>
    run(async () => {
      await post('exports', {
        what: props.what,
        format,
        ...(props.filter ? { filter: JSON.parse(props.filter) } : {}),
        ...(props.q ? { q: props.q } : {}),
      })
      await client.invalidateQueries({ queryKey: ['tasks'] })
    }, t('ui.exportStarted'))
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'xlsx', label: t('ui.exportXlsx') },
          { key: 'csv', label: t('ui.exportCsv') },
        ],
        onClick: ({ key }) => void start(key),
      }}
    >
      <Button icon={<DownloadOutlined />}>{t('ui.export')}</Button>
    </Dropdown>
  )
}
