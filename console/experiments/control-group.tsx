import { Button, Checkbox, Form, InputNumber } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { ControlReadOutView } from '#console/experiments/control-read-out.tsx'
import { useChangeControlGroup, useControlGroup, useControlMembers, useTakeBackControlGroup } from '#console/experiments/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { TimeField } from '#console/ui/time-field.tsx'
import { When } from '#console/ui/when.tsx'
import { Figures } from '#console/value/table.tsx'
import type { ControlGroup } from '#operation/experiments/schema.ts'

/** Who of the whole company is left alone by all operation, now and ever. */
export function ControlGroupView() {
  const { t } = useText()
  const read = useControlGroup()
  const mayRead = useMay()('customers.read')
  const [open, setOpen] = useState(false)
  return (
    <Awaited read={read}>
      {(group) => (
        <>
          <Section
            title={t('experiments.controlGroup.now')}
            note={group.perMille === 0 ? t('experiments.controlGroup.none') : t('experiments.controlGroup.effect')}
            actions={
              <Gate permission="settings.write">
                <Button onClick={() => setOpen(true)}>{t('experiments.controlGroup.change')}</Button>
              </Gate>
            }
          >
            <Stats>
              <Stat
                name={t('experiments.controlGroup.size')}
                value={group.perMille === 0 ? t('experiments.controlGroup.off') : `${group.perMille / 10}%`}
              />
              <Stat name={t('experiments.controlGroup.since')} value={<When at={group.since} />} />
            </Stats>
            {group.perMille > 0 && (
              <p className="note">
                {t('experiments.controlGroup.about', {
                  people: exactNumber(Math.round((group.customers * group.perMille) / 1000)),
                  all: exactNumber(group.customers),
                })}
              </p>
            )}
          </Section>
          {group.perMille > 0 && <ControlReadOutView key={group.since} group={group} />}
          {group.periods.length > 0 && <History group={group} />}
          {mayRead && group.perMille > 0 && <Members />}
          <ControlForm group={group} open={open} onClose={() => setOpen(false)} />
        </>
      )}
    </Awaited>
  )
}

function History({ group }: { group: ControlGroup }) {
  const { t } = useText()
  const run = useRun()
  const takeBack = useTakeBackControlGroup()
  const isPlanned = (from: string) => Date.parse(from) > Date.now()
  return (
    <Section
      flush
      title={t('experiments.controlGroup.history')}
      actions={
        group.periods.some(({ from }) => isPlanned(from)) && (
          <Gate permission="settings.write">
            <Button onClick={() => void run(() => takeBack.mutateAsync(undefined))}>{t('experiments.controlGroup.takeBack')}</Button>
          </Gate>
        )
      }
    >
      <Figures
        rows={group.periods}
        keyOf={({ from }) => from}
        columns={[
          {
            title: t('experiments.controlGroup.from'),
            cell: ({ from }) => (
              <>
                <When at={from} /> {isPlanned(from) && <Badge tone="waiting">{t('experiments.controlGroup.planned')}</Badge>}
              </>
            ),
          },
          { title: t('experiments.controlGroup.until'), cell: ({ until }) => <When at={until} /> },
          { title: t('experiments.controlGroup.size'), right: true, cell: ({ perMille }) => `${perMille / 10}%` },
          { title: t('experiments.controlGroup.rotate'), cell: ({ deal }) => t('experiments.controlGroup.deal', { deal }) },
        ]}
      />
    </Section>
  )
}

function Members() {
  const { t } = useText()
  const list = useControlMembers(undefined)
  return (
    <Section title={t('experiments.controlGroup.members')}>
      {!list.loading && list.rows.length === 0 && <p className="note">{t('experiments.controlGroup.noMembers')}</p>}
      <Row>
        {list.rows.map(({ id, name }) => (
          <PersonLink key={id} id={id} name={name} />
        ))}
      </Row>
      {list.more && (
        <Button type="link" loading={list.loadingMore} onClick={list.loadMore}>
          {t('experiments.controlGroup.more')}
        </Button>
      )}
    </Section>
  )
}

function ControlForm({ group, open, onClose }: { group: ControlGroup; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const change = useChangeControlGroup()
  return (
    <FormDrawer<{ percent: number; rotate: boolean; from?: string | null }>
      title={t('experiments.controlGroup.change')}
      open={open}
      onClose={onClose}
      initial={{ percent: group.perMille / 10, rotate: false }}
      fields={{ perMille: 'percent' }}
      onSubmit={({ percent, rotate, from }) =>
        change.mutateAsync({ perMille: Math.round(percent * 10), rotate, ...(from ? { from } : {}) })
      }
    >
      <Form.Item
        name="percent"
        label={t('experiments.controlGroup.size')}
        extra={t('experiments.controlGroup.effect')}
        rules={[{ required: true, message: t('ui.required') }]}
      >
        <InputNumber min={0} max={50} precision={1} suffix="%" className="wide" />
      </Form.Item>
      <Form.Item name="rotate" valuePropName="checked" extra={t('experiments.controlGroup.rotateHint')}>
        <Checkbox>{t('experiments.controlGroup.rotate')}</Checkbox>
      </Form.Item>
      <Form.Item name="from" label={t('experiments.controlGroup.from')} extra={t('experiments.controlGroup.fromHint')}>
        <TimeField />
      </Form.Item>
    </FormDrawer>
  )
}
