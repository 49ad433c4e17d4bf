import { Form, Radio } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useTurn } from '#console/journeys/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import type { Journey, Resume } from '#operation/journeys/schema.ts'

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
  const resume = async ({ arrivals }: Resume) => {
    const turned = await turn.mutateAsync({ id: journey.id, act: 'resume', arrivals })
    if (turned) seen(turned.updatedAt)
  }
  const count = exactNumber(arrivals)
  return (
    <FormDrawer<Resume>
      title={t('journeys.resume')}
      open={open}
      onClose={onClose}
      initial={{ arrivals: 'enter' }}
      submit={t('journeys.resume')}
      onSubmit={resume}
    >
      <p>{t('journeys.resumeEffect', { people: exactNumber(journey.active) })}</p>
      <Form.Item name="arrivals" label={t('journeys.arrivals.label', { count })} extra={t('journeys.arrivals.hint')} required>
        <Radio.Group
          vertical
          options={(['enter', 'drop'] as const).map((value) => ({ value, label: t(`journeys.arrivals.${value}`, { count }) }))}
        />
      </Form.Item>
    </FormDrawer>
  )
}
