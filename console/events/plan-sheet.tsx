import { Button } from 'antd'
import { pairsOf } from '#console/events/pairs.ts'
import { usePropertyName } from '#console/events/property-names.ts'
import { useRecentEvents } from '#console/events/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Facts, Row, Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import type { PlannedEvent } from '#insight/tracking/schema.ts'

/** An event that nobody here may change, or that nobody declared yet: what it says, and the newest one as a sample. */
export function PlanSheet(props: {
  event: PlannedEvent | undefined
  onClose: () => void
  watch: (name: string) => void
  declare: (() => void) | undefined
}) {
  const { t, language } = useText()
  const { event } = props
  return (
    <SideSheet
      title={event && (event.title?.[language] ?? event.name)}
      open={event !== undefined}
      onClose={props.onClose}
      actions={
        event && (
          <Row>
            {props.declare && (
              <Button type="primary" onClick={props.declare}>
                {t('events.declare')}
              </Button>
            )}
            <Button onClick={() => props.watch(event.name)}>{t('events.watch')}</Button>
          </Row>
        )
      }
    >
      {event && <Known event={event} />}
    </SideSheet>
  )
}

function Known({ event }: { event: PlannedEvent }) {
  const { t } = useText()
  const newest = useRecentEvents({ name: event.name }, true).data?.items[0]
  const propertyName = usePropertyName([event.name])
  const typeOf = (name: string) => event.plan?.properties.find((one) => one.name === name)
  return (
    <Stack>
      <Facts
        items={[
          { name: t('events.rawName'), value: <code>{event.name}</code> },
          ...(event.plan?.owner ? [{ name: t('events.owner'), value: event.plan.owner }] : []),
          ...(event.plan?.description ? [{ name: t('events.description'), value: event.plan.description }] : []),
        ]}
      />
      <div className="stack tight">
        <h3>{t('events.fields')}</h3>
        <Facts
          items={event.properties.map((name) => {
            const planned = typeOf(name)
            const called = propertyName(name)
            return {
              name,
              value: [called === name ? '' : called, planned ? t(`events.types.${planned.type}`) : ''].filter(Boolean).join(' · ') || '—',
            }
          })}
        />
      </div>
      {newest && (
        <div className="stack tight">
          <h3>{t('events.lastAt')}</h3>
          <Facts items={pairsOf({ properties: newest.properties, nameOf: propertyName }).map(({ name, value }) => ({ name, value }))} />
        </div>
      )}
    </Stack>
  )
}
