import { Checkbox, Form } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useLost } from '#console/journeys/arrivals.ts'
import { useStopJourney, useUnconfirmed } from '#console/journeys/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import type { Journey } from '#operation/journeys/schema.ts'

/** Everybody is out; what lies on members' phones stays there unless it is called back too. */
export function StopJourneyDrawer({ journey, open, onClose }: { journey: Journey; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const stop = useStopJourney()
  const lost = useLost(journey)
  const people = useUnconfirmed(journey.id, open).data?.people ?? 0
  return (
    <FormDrawer<{ recall?: boolean }>
      title={t('journeys.stop')}
      open={open}
      onClose={onClose}
      initial={{ recall: false }}
      submit={t('journeys.stop')}
      danger
      onSubmit={({ recall = false }) => stop.mutateAsync({ id: journey.id, recall })}
    >
      <p>
        {t('journeys.stopEffect', { people: exactNumber(journey.active) })}
        {lost}
      </p>
      {people > 0 && (
        <Form.Item name="recall" valuePropName="checked" extra={t('journeys.recallNote')}>
          <Checkbox>{t('journeys.recall', { people: exactNumber(people) })}</Checkbox>
        </Form.Item>
      )}
    </FormDrawer>
  )
}
