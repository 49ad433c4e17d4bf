import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Progress } from 'antd'
import { apiBase } from '#console/api/client.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { isUnderWay, useCancelImport } from '#console/imports/queries.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Section, Stack } from '#console/ui/page.tsx'
import { explained } from '#console/ui/problem.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { ImportView } from '#platform/imports/schema.ts'

/** How far an import is, and how it ended: the same for a check and for the real thing. */
export function ImportProgress({ row }: { row: ImportView }) {
  return (
    <Stack>
      {isUnderWay(row) ? <UnderWay row={row} /> : <Ended row={row} />}
      <Counters row={row} />
    </Stack>
  )
}

function UnderWay({ row }: { row: ImportView }) {
  const { t } = useText()
  const confirm = useConfirm()
  const cancel = useCancelImport()
  const { read, total, rowsPerSecond, remainingSeconds } = row.progress
  const facts = [
    total === null
      ? t('imports.progressOpen', { done: exactNumber(read) })
      : t('imports.progress', { done: exactNumber(read), total: exactNumber(Math.max(read, total)) }),
    rowsPerSecond > 0 && t('imports.rate', { rate: exactNumber(Math.round(rowsPerSecond)) }),
    remainingSeconds !== null && t('imports.remaining', { time: spanText(remainingSeconds, t) }),
  ]
  const ask = () =>
    confirm({
      title: t('imports.cancel'),
      effect: t('imports.cancelEffect', { count: exactNumber(read) }),
      act: t('imports.cancel'),
      danger: true,
      run: () => cancel.mutateAsync(row.id),
    })
  return (
    <Section
      title={t(row.dryRun ? 'imports.checking' : 'imports.running')}
      note={row.dryRun ? t('imports.checkHint') : t('imports.runningHint')}
      actions={
        <Gate permission="imports.write">
          <Button danger onClick={() => (row.dryRun ? void cancel.mutateAsync(row.id) : ask())}>
            {t('imports.cancel')}
          </Button>
        </Gate>
      }
    >
      <Progress percent={total ? Math.min(99, Math.floor((read / Math.max(read, total)) * 100)) : 0} status="active" />
      <p className="note" role="status">
        {row.state === 'waiting' ? t('imports.waiting') : facts.filter(Boolean).join(' · ')}
      </p>
    </Section>
  )
}

function Ended({ row }: { row: ImportView }) {
  const { t } = useText()
  const { rejected } = row.counts
  const words = { done: row.dryRun ? 'imports.checked' : 'imports.done', failed: 'imports.failed', cancelled: 'imports.stopped' } as const
  const tone = row.state === 'failed' ? 'error' : row.state === 'cancelled' || rejected > 0 ? 'warning' : 'success'
  const notes = [
    row.error && explained(row.error),
    row.result && t('imports.took', { time: spanText(Math.max(1, Math.round(row.result.seconds)), t) }),
    rejected > 0 && t('imports.rejectedHint'),
  ].filter(Boolean)
  return (
    <Alert
      type={tone}
      showIcon
      role="status"
      title={t(words[row.state === 'failed' || row.state === 'cancelled' ? row.state : 'done'])}
      description={notes.join(' · ')}
      action={
        rejected > 0 && (
          <Button icon={<DownloadOutlined />} href={`${apiBase}imports/${row.id}/rejected`} download>
            {t('imports.downloadRejected', { count: exactNumber(rejected) })}
          </Button>
        )
      }
    />
  )
}

function Counters({ row }: { row: ImportView }) {
  const { t } = useText()
  const { read, imported, updated, unchanged, rejected, orders } = row.counts
  return (
    <Stats>
      <Stat name={t('imports.read')} value={exactNumber(read)} />
      <Stat name={t(row.dryRun ? 'imports.wouldImport' : 'imports.imported')} value={exactNumber(imported)} />
      <Stat name={t(row.dryRun ? 'imports.wouldUpdate' : 'imports.updated')} value={exactNumber(updated)} />
      <Stat name={t('imports.unchanged')} value={exactNumber(unchanged)} />
      <Stat name={t('imports.rejected')} value={exactNumber(rejected)} />
      {orders !== undefined && <Stat name={t('imports.orders')} value={exactNumber(orders)} />}
    </Stats>
  )
}

const spanText = (seconds: number, t: Translate): string =>
  seconds < 90
    ? t('imports.seconds', { count: exactNumber(seconds) })
    : t('imports.minutes', { count: exactNumber(Math.ceil(seconds / 60)) })
