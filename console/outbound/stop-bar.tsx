import { Alert, Button } from 'antd'
import { useMay, useTenant } from '#console/api/session.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useLift, useStops } from '#console/outbound/queries.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { shortTime } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import type { StopItem } from '#operation/outbound/schema.ts'

/** What stands still at the moment, on every page about messages; on a journey's page what keeps that journey quiet. */
export function StopBar({ journeyId }: { journeyId?: string }) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const stops = useStops()
  const lift = useLift()
  const confirm = useConfirm()
  const may = useMay()('messages.stop')
  const standing = (stops.data?.items ?? []).filter(
    ({ liftedAt, source }) => liftedAt === null && (journeyId === undefined || source === null || source.id === journeyId),
  )
  if (standing.length === 0) return null
  return (
    <Stack tight>
      {standing.map((stop) => (
        <Alert
          key={stop.id}
          type="error"
          showIcon
          title={`${t('outbound.stopped')} · ${stop.corp?.name ?? sourceName(t, stop.source) ?? t(`outbound.stopScopes.${stop.scope}`)}${stop.why ? ` · ${stop.why}` : ''}`}
          description={t('outbound.stopLine', {
            by: stop.stoppedBy,
            at: shortTime(stop.stoppedAt, timezone, language),
            held: stop.held,
            recalled: stop.recalled,
            gone: stop.gone,
          })}
          action={
            may && (
              <Button
                onClick={() =>
                  confirm({
                    title: t('outbound.lift'),
                    effect: t('outbound.liftEffect'),
                    act: t('outbound.lift'),
                    run: () => lift.mutateAsync(stop.id),
                  })
                }
              >
                {t('outbound.lift')}
              </Button>
            )
          }
        />
      ))}
    </Stack>
  )
}

const sourceName = (t: Translate, source: StopItem['source']): string | null | undefined =>
  source?.kind === 'journey' ? `${t('outbound.journey')} ${source.name ?? ''}` : source?.name
