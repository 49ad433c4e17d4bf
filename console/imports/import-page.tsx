import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Skeleton } from 'antd'
import { type MessageKey, useText } from '#console/i18n/i18n.ts'
import { ImportProgress } from '#console/imports/import-progress.tsx'
import { isUnderWay, useImport, useImportKinds } from '#console/imports/queries.ts'
import { Back } from '#console/ui/back.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { When } from '#console/ui/when.tsx'
import type { ImportView } from '#platform/imports/schema.ts'

const route = getRouteApi('/app/imports/$importId')

export function ImportPage() {
  const { t, language } = useText()
  const { importId } = route.useParams()
  const found = useImport(importId)
  const kinds = useImportKinds()
  const row = found.data?.id === importId ? found.data : undefined
  const kind = kinds.data?.items.find(({ name }) => name === row?.kind)?.title[language]
  return (
    <Page
      back={<Back to="/imports">{t('imports.title')}</Back>}
      title={row?.fileName ?? t('imports.title')}
      note={
        row && (
          <>
            {[kind ?? row.kind, row.dryRun && t('imports.dryRun')].filter(Boolean).join(' · ')} · <When at={row.createdAt} />
          </>
        )
      }
      actions={row && !isUnderWay(row) && <NextSteps row={row} />}
    >
      {found.error ? (
        <Section>
          <Problem error={found.error} retry={() => void found.refetch()} />
        </Section>
      ) : row ? (
        <ImportProgress row={row} />
      ) : (
        <Section>
          <Skeleton active />
        </Section>
      )}
    </Page>
  )
}

const results: Record<string, { to: string; key: MessageKey }> = {
  customers: { to: '/customers', key: 'imports.see.customers' },
  phones: { to: '/customers', key: 'imports.see.phones' },
  orders: { to: '/orders', key: 'imports.see.orders' },
  'order-lines': { to: '/orders', key: 'imports.see.order-lines' },
  tags: { to: '/tags', key: 'imports.see.tags' },
  events: { to: '/events', key: 'imports.see.events' },
}

function NextSteps({ row }: { row: ImportView }) {
  const { t } = useText()
  const navigate = useNavigate()
  const result = results[row.kind]
  return (
    <>
      <Button onClick={() => void navigate({ to: '/imports/new' })}>{t('imports.again')}</Button>
      {result && !row.dryRun && (
        <Button type="primary" onClick={() => void navigate({ to: result.to })}>
          {t(result.key)}
        </Button>
      )}
    </>
  )
}
