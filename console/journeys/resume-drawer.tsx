import { Form, Radio } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { DoorStats } from '#console/journeys/door-stats.tsx'
import { useArrivalsLook, useTurn } from '#console/journeys/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import type { ArrivalsLook, Journey, Resume } from '#operation/journeys/schema.ts'

interface Props {
  journey: Journey
  /** How many came while it was paused and wait. */
  arrivals: number
  seen: (updatedAt: string) => void
  open: boolean
  onClose: () => void
}

/** A paused journey goes on; whoever came meanwhile comes in, or does not. */
export function ResumeDrawer({ journey, arrivals, seen, open, onClose }: Props) {
  const { t } = useText()
  const turn = useTurn()
  const look = useArrivalsLook(journey.id, open)
  const resume = async ({ arrivals }: Resume) => {
    const turned = await turn.mutateAsync({ id: journey.id, act: 'resume', arrivals })
    if (turned) seen(turned.updatedAt)
  }
  const count = exactNumber(arrivals)
  // Of a part nobody says how many the whole would be.
  const enters = look.data && look.data.looked === look.data.people ? look.data.enters : arrivals
  return (
    <FormDrawer<Resume>
      title={t('journeys.resume')}
      open={open}
      onClose={onClose}
      initial={{ arrivals: 'enter' }}
      submit={t('journeys.resume')}
      onSubmit={resume}
    >
      <Form.Item>
        <Stack>
          <p>{t('journeys.resumeEffect', { people: exactNumber(journey.active) })}</p>
          {open && (
            <Awaited read={look} rows={1}>
              {(seen) => <Door seen={seen} />}
            </Awaited>
          )}
        </Stack>
      </Form.Item>
      <Form.Item name="arrivals" label={t('journeys.arrivals.label', { count })} extra={t('journeys.arrivals.hint')} required>
        <Radio.Group
          vertical
          options={(['enter', 'drop'] as const).map((value) => ({
            value,
            label: t(`journeys.arrivals.${value}`, { count: exactNumber(enters) }),
          }))}
        />
      </Form.Item>
    </FormDrawer>
  )
}

/** How many of those who wait would come in, and why the others would not. */
function Door({ seen }: { seen: ArrivalsLook }) {
  const { t } = useText()
  return (
    <>
      <DoorStats named={t('journeys.arrivals.name')} seen={seen} />
      {seen.looked < seen.people && <p className="note">{t('journeys.arrivals.looked', { count: exactNumber(seen.looked) })}</p>}
    </>
  )
}
