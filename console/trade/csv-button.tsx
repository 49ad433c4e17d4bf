import { DownloadOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { csvOf, download } from '#console/ui/chart.tsx'

/** The rows of a table as they are shown, as a file. */
export function CsvButton({ name, head, rows }: { name: string; head: string[]; rows: (string | number | null)[][] }) {
  const { t } = useText()
  const lines = [head, ...rows.map((row) => row.map((cell) => String(cell ?? '')))]
  return (
    <Button
      type="text"
      icon={<DownloadOutlined />}
      aria-label={t('trade.csv')}
      title={t('trade.csv')}
      disabled={rows.length === 0}
      onClick={() => download(`${name}.csv`, csvOf(lines))}
    />
  )
}
