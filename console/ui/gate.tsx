import type { ReactNode } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Empty } from '#console/ui/empty.tsx'
import { Page, Section } from '#console/ui/page.tsx'

/** Shows its content only to those whom the server would let do it; a whole page says instead why it is not there. */
export function Gate({ permission, page, children }: { permission: string; page?: boolean; children: ReactNode }) {
  const may = useMay()(permission)
  if (may) return children
  return page ? <Forbidden /> : null
}

function Forbidden() {
  const { t } = useText()
  return (
    <Page title={t('ui.notAllowed')}>
      <Section>
        <Empty title={t('errors.permission.missing')} hint={t('ui.notAllowedHint')} />
      </Section>
    </Page>
  )
}
