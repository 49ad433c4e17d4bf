import { Button, Checkbox, Form, InputNumber, Select, Skeleton } from 'antd'
import { patch } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'
import { useText } from '#console/i18n/i18n.ts'
import { sameDocument } from '#console/reports/document.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Stack } from '#console/ui/page.tsx'
import { partsOf, type ScoreRules, scoreKinds } from '#insight/reports/score/rules.ts'
import type { InsightSettings, InsightSettingsPatch } from '#insight/reports/settings/schema.ts'

type Values = { own: string[]; uncounted: string[]; silentDays: number; scores: ScoreRules }
const needed = [{ required: true }]

const useChange = () =>
  useCommand(
    (body: InsightSettingsPatch) => patch<InsightSettings>('insight-settings', body),
    ['insight-settings', 'report-answers', 'metrics'],
  )

/** What every number of the company goes by: acts, silence, scores. */
export function InsightSettingsDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText()
  const read = useResource<InsightSettings>('insight-settings', {}, { enabled: open })
  const change = useChange()
  if (open && !read.data) return <Skeleton active />
  const known = read.data
  const isOwn = known && Object.values(known.isDefault).some((one) => !one)
  return (
    <FormDrawer<Values>
      wide
      title={t('scores.settingsTitle')}
      open={open}
      onClose={onClose}
      initial={known ? valuesOf(known) : {}}
      onSubmit={(values) => (known ? change.mutateAsync(patchOf(known, values)) : Promise.resolve())}
      extra={
        isOwn ? (
          <Button onClick={() => void change.mutateAsync({ acts: null, silentDays: null, scores: null }).then(onClose)}>
            {t('scores.backToPrinted')}
          </Button>
        ) : undefined
      }
    >
      {known && (
        <Stack>
          <Form.Item name="silentDays" rules={needed} label={t('scores.silentDays')}>
            <InputNumber min={1} max={3650} precision={0} />
          </Form.Item>
          <Acts printed={known.printed} />
          {scoreKinds.map((kind) => (
            <ScoreFields key={kind} kind={kind} />
          ))}
        </Stack>
      )}
    </FormDrawer>
  )
}

function Acts({ printed }: Pick<InsightSettings, 'printed'>) {
  const { t, language } = useText()
  return (
    <section className="layer-plan">
      <h3>{t('scores.acts')}</h3>
      <p className="note">{t('scores.actsNote')}</p>
      <Form.Item name="own">
        <Checkbox.Group className="act-list" options={printed.map((one) => ({ value: one.event, label: one[language] }))} />
      </Form.Item>
      <Form.Item name="uncounted" label={t('scores.moreUncounted')} extra={t('scores.moreUncountedNote')}>
        <Select mode="tags" tokenSeparators={[' ', ',', '，']} />
      </Form.Item>
    </section>
  )
}

const withFull = ['turns', 'content', 'groups', 'tenure', 'repurchases', 'referrals']
const withEvents = ['content', 'groups', 'referrals']

function ScoreFields({ kind }: { kind: keyof ScoreRules }) {
  const { t } = useText()
  const number = (path: string[], label: string, max = 1_000_000, min = 1) => (
    <Form.Item key={path.join('.')} name={['scores', kind, ...path]} rules={needed} label={label}>
      <InputNumber min={min} max={max} />
    </Form.Item>
  )
  return (
    <section className="layer-plan">
      <h3>{t(`scores.kinds.${kind}`)}</h3>
      <div className="field-grid">
        {number(['windowDays'], t('scores.windowDays'), 3660)}
        {kind === 'relationship'
          ? number(['replyHours'], t('scores.replyHours'), 720)
          : number(['onTimeDays'], t('scores.onTimeDays'), 3660)}
      </div>
      {partsOf[kind].map((part) => (
        <div key={part} className="field-grid">
          {number(['parts', part, 'weight'], `${t(`scores.parts.${part}`)} · ${t('scores.weight')}`, 1000, 0)}
          {withFull.includes(part) && number(['parts', part, 'full'], t('scores.full'))}
          {withEvents.includes(part) && (
            <Form.Item name={['scores', kind, 'parts', part, 'events']} rules={needed} label={t('scores.events')}>
              <Select mode="tags" maxTagCount="responsive" tokenSeparators={[' ', ',', '，']} />
            </Form.Item>
          )}
        </div>
      ))}
    </section>
  )
}

function valuesOf({ acts, printed, silentDays, scores }: InsightSettings): Values {
  const declared = new Set(printed.map(({ event }) => event))
  const own = printed.filter((one) => (one.own ? !acts.uncounted.includes(one.event) : acts.counted.includes(one.event)))
  return { own: own.map(({ event }) => event), uncounted: acts.uncounted.filter((event) => !declared.has(event)), silentDays, scores }
}

/** Only what differs is the company's own: whoever changes the silence keeps following the printed list. */
function patchOf(known: InsightSettings, { own, uncounted, silentDays, scores }: Values): InsightSettingsPatch {
  const acts = {
    counted: known.printed.flatMap((one) => (!one.own && own.includes(one.event) ? [one.event] : [])),
    uncounted: [...known.printed.flatMap((one) => (one.own && !own.includes(one.event) ? [one.event] : [])), ...(uncounted ?? [])],
  }
  return {
    ...(sameDocument(acts, known.acts) ? {} : { acts }),
    ...(silentDays === known.silentDays ? {} : { silentDays }),
    ...(sameDocument(scores, known.scores) ? {} : { scores }),
  }
}
