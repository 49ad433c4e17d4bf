import { Button, Skeleton } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { ImportProgress } from '#console/imports/import-progress.tsx'
import { isUnderWay, useImport } from '#console/imports/queries.ts'
import { exactNumber } from '#console/ui/format.ts'
import { Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'

/** The whole file is read without writing: what would happen, and the button that makes it happen. */
export function CheckImport(props: { id: string; busy: boolean; onBack: () => void; onRun: () => void }) {
  const { t } = useText()
  const found = useImport(props.id)
  const row = found.data?.id === props.id ? found.data : undefined
  if (found.error) {
    return (
      <Section>
        <Problem error={found.error} retry={() => void found.refetch()} />
      </Section>
    )
  }
  if (!row) {
    return (
      <Section>
        <Skeleton active />
      </Section>
    )
  }
  const good = row.counts.read - row.counts.rejected
  const count = exactNumber(good)
  return (
    <Stack>
      <ImportProgress row={row} />
      {!isUnderWay(row) && (
        <div className="row">
          <Button type="primary" size="large" disabled={good === 0 || row.state !== 'done'} loading={props.busy} onClick={props.onRun}>
            {t(row.counts.rejected > 0 ? 'imports.runAnyway' : 'imports.run', { count })}
          </Button>
          <Button size="large" onClick={props.onBack}>
            {t('imports.adjust')}
          </Button>
          {good === 0 && <span className="note">{t('imports.nothingToRun')}</span>}
        </div>
      )}
    </Stack>
  )
}
