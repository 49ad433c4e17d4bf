import { StopOutlined } from '@ant-design/icons'
import { Alert, Button, Input } from 'antd'
import { useRef } from 'react'
import { useMay, useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useLift, useStop, useStops } from '#console/outbound/queries.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { shortTime } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import type { StopInput } from '#operation/outbound/schema.ts'

/** What stands still at the moment, on every page about messages. */
export function StopBar() {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const stops = useStops()
  const lift = useLift()
  const confirm = useConfirm()
  const may = useMay()('messages.stop')
  const standing = (stops.data?.items ?? []).filter(({ liftedAt }) => liftedAt === null)
  if (standing.length === 0) return null
  return (
    <Stack tight>
      {standing.map((stop) => (
        <Alert
          key={stop.id}
          type="error"
          showIcon
          title={`${t('outbound.stopped')} · ${stop.corp?.name ?? stop.source?.name ?? t(`outbound.stopScopes.${stop.scope}`)}${stop.why ? ` · ${stop.why}` : ''}`}
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

/** Stops everything, or one message, after one question. */
export function StopButton({ what = { scope: 'company' }, title }: { what?: StopInput['what']; title?: string }) {
  const { t } = useText()
  const stop = useStop()
  const confirm = useConfirm()
  const why = useRef('')
  const may = useMay()('messages.stop')
  if (!may) return null
  const ask = () => {
    why.current = ''
    confirm({
      title: title ?? t('outbound.stopTitle'),
      effect: (
        <Stack tight>
          <p>{t('outbound.stopEffect')}</p>
          <Input
            aria-label={t('outbound.stopWhy')}
            placeholder={t('outbound.stopWhy')}
            onChange={(event) => {
              why.current = event.target.value
            }}
          />
        </Stack>
      ),
      act: t('outbound.stop'),
      danger: true,
      run: () => stop.mutateAsync({ what, why: why.current }),
    })
  }
  return (
    <Button danger icon={<StopOutlined />} onClick={ask}>
      {t('outbound.stop')}
    </Button>
  )
}
