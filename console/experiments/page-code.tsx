import { Button } from 'antd'
import { useTrackingSetup } from '#console/events/queries.ts'
import { pageSnippet } from '#console/experiments/page-snippet.ts'
import { useText } from '#console/i18n/i18n.ts'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Code } from '#console/ui/code.tsx'
import { Section, Stack } from '#console/ui/page.tsx'
import type { Experiment } from '#operation/experiments/schema.ts'

/** What stands in a page that is tried, while it can still be put there. */
export function PageCode({ experiment }: { experiment: Experiment }) {
  const { t } = useText()
  return (
    <Section title={t('experiments.pageCode.title')} note={t('experiments.pageCode.note')} actions={<Ways experiment={experiment} />}>
      <Stack>
        <Code name={experiment.thing?.id ?? ''} text={pageSnippet(experiment, t('experiments.pageCode.asItIs'))} />
        <p className="note">{t('experiments.pageCode.shown')}</p>
        <p className="note">{t('experiments.pageCode.limits')}</p>
      </Stack>
    </Section>
  )
}

/** To the tracker's own line, and to where it can be tried: the practice shop of the sandbox has something to try on its first page; it knows tracker and key since it was opened from there. */
function Ways({ experiment: { id, thing } }: { experiment: Experiment }) {
  const { t } = useText()
  const isShop = thing?.id === '/shop'
  const { data } = useTrackingSetup()
  return (
    <>
      {isShop && data?.shop && (
        <Button href={`${data.shop}?experiment=${id}`} target="_blank">
          {t('events.setup.openShop')}
        </Button>
      )}
      <ButtonLink to="/events" search={{ view: 'code' }}>
        {t('experiments.pageCode.tracker')}
      </ButtonLink>
    </>
  )
}
