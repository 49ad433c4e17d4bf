import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import { Empty } from '#console/ui/empty.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'

export function MissingPage() {
  const { t } = useText()
  return (
    <Page title={t('shell.notFound')}>
      <Section>
        <Empty title={t('shell.notFound')} hint={t('shell.notFoundHint')} action={<Link to="/">{t('shell.home')}</Link>} />
      </Section>
    </Page>
  )
}

export function FailedPage({ error, reset }: ErrorComponentProps) {
  const { t } = useText()
  return (
    <Page title={t('shell.broken')}>
      <Section>
        <Problem error={error} retry={reset} />
      </Section>
    </Page>
  )
}
