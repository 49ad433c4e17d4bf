import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Form, Input, InputNumber, Radio, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { History } from '#console/outbound/history.tsx'
import { usePolicy, useSavePolicy } from '#console/outbound/queries.ts'
import { StopBar } from '#console/outbound/stop-bar.tsx'
import { StopButton } from '#console/outbound/stop-drawer.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { Page, Row, Section } from '#console/ui/page.tsx'
import { Views } from '#console/ui/tabs.tsx'
import type { Policy, PolicyView } from '#operation/outbound/schema.ts'

const route = getRouteApi('/app/send-rules')

/** What every message is held to, and what became of each. */
export function RulesPage() {
  const { t } = useText()
  const { view, ...search } = route.useSearch()
  const navigate = useNavigate({ from: '/send-rules' })
  const policy = usePolicy()
  const isHistory = view === 'history'
  return (
    <Page title={t('outbound.rules')} note={t('outbound.rulesNote')} actions={<StopButton />}>
      <StopBar />
      <Views
        open={isHistory ? 'history' : 'rules'}
        onOpen={(key) => void navigate({ search: key === 'history' ? { view: key } : {} })}
        views={[
          { key: 'rules', name: t('outbound.rules') },
          { key: 'history', name: t('outbound.history') },
        ]}
      />
      {isHistory ? (
        <History
          query={search}
          onChange={(change) => void navigate({ search: { view, ...search, ...change }, replace: true, resetScroll: false })}
        />
      ) : (
        <Awaited read={policy}>{(found) => <RulesForm policy={found} />}</Awaited>
      )}
    </Page>
  )
}

function RulesForm({ policy: { platform, ...stored } }: { policy: PolicyView }) {
  const { t } = useText()
  const may = useMay()('settings.write')
  const run = useRun()
  const save = useSavePolicy()
  const [policy, setPolicy] = useState<Policy>(stored)
  const change = (part: Partial<Policy>) => setPolicy({ ...policy, ...part })
  const { frequency, quietHours } = policy
  return (
    <Section
      actions={
        may && (
          <Button type="primary" loading={save.isPending} onClick={() => void run(() => save.mutateAsync(policy), t('outbound.saved'))}>
            {t('outbound.save')}
          </Button>
        )
      }
      title={t('outbound.rules')}
    >
      {platform.lifted !== null && <Alert type="warning" showIcon title={t('outbound.lifted')} />}
      <Form layout="vertical" disabled={!may}>
        <Form.Item label={t('outbound.consentDefault')}>
          <Radio.Group
            value={policy.consentDefault}
            onChange={(event) => change({ consentDefault: event.target.value })}
            options={(['allowed', 'refused'] as const).map((value) => ({ value, label: t(`outbound.consents.${value}`) }))}
          />
        </Form.Item>
        <Form.Item label={t('outbound.platformPeriod')} extra={t('outbound.platformHint')} htmlFor="rules-platform">
          <Select
            id="rules-platform"
            value={policy.platformPeriod}
            onChange={(platformPeriod) => change({ platformPeriod })}
            options={(['month', 'week', 'day'] as const).map((value) => ({ value, label: t(`outbound.periods.${value}`) }))}
          />
        </Form.Item>
        <Form.Item label={t('outbound.holdout')} extra={t('outbound.holdoutHint')}>
          <Link to="/experiments" search={{ view: 'control' }}>
            {t('outbound.holdoutLink')}
          </Link>
        </Form.Item>
        <Form.Item label={t('outbound.frequency')}>
          <Row>
            <span>{t('outbound.frequencyMost')}</span>
            <InputNumber
              aria-label={t('outbound.frequency')}
              min={1}
              max={1000}
              placeholder={t('outbound.noLimit')}
              value={frequency.marketing?.most ?? null}
              onChange={(most) =>
                change({ frequency: { ...frequency, marketing: most ? { days: frequency.marketing?.days ?? 7, most } : null } })
              }
            />
            <span>{t('outbound.frequencyDays')}</span>
            <InputNumber
              aria-label={t('outbound.days')}
              min={1}
              max={365}
              disabled={!frequency.marketing}
              value={frequency.marketing?.days ?? 7}
              onChange={(days) =>
                frequency.marketing && days && change({ frequency: { ...frequency, marketing: { ...frequency.marketing, days } } })
              }
            />
            <span>{t('outbound.days')}</span>
          </Row>
        </Form.Item>
        <Hours
          label={t('outbound.quietMarketing')}
          value={quietHours.marketing}
          onChange={(marketing) => change({ quietHours: { ...quietHours, marketing } })}
        />
        <Hours
          label={t('outbound.quietService')}
          value={quietHours.service}
          onChange={(service) => change({ quietHours: { ...quietHours, service } })}
        />
        <Form.Item label={t('outbound.rate')} htmlFor="rules-rate">
          <InputNumber
            id="rules-rate"
            min={1}
            placeholder={t('outbound.noLimit')}
            value={policy.ratePerMinute}
            onChange={(ratePerMinute) => change({ ratePerMinute })}
          />
        </Form.Item>
        <Form.Item label={t('outbound.approvalAbove')} htmlFor="rules-approval">
          <InputNumber
            id="rules-approval"
            min={0}
            placeholder={t('outbound.noLimit')}
            value={policy.approvalAbove}
            onChange={(approvalAbove) => change({ approvalAbove })}
          />
        </Form.Item>
      </Form>
    </Section>
  )
}

type QuietHours = Policy['quietHours']['marketing']

function Hours({ label, value, onChange }: { label: string; value: QuietHours; onChange: (hours: QuietHours) => void }) {
  const { t } = useText()
  const say = (part: { from?: string; to?: string }) => {
    const { from = '', to = '' } = { ...value, ...part }
    onChange(from && to ? { from, to } : null)
  }
  return (
    <Form.Item label={label}>
      <Row>
        <Input
          type="time"
          aria-label={`${label} ${t('outbound.from')}`}
          style={{ width: 130 }}
          value={value?.from ?? ''}
          onChange={(event) => say({ from: event.target.value, to: value?.to ?? '08:00' })}
        />
        <span>–</span>
        <Input
          type="time"
          aria-label={`${label} ${t('outbound.to')}`}
          style={{ width: 130 }}
          value={value?.to ?? ''}
          onChange={(event) => say({ to: event.target.value, from: value?.from ?? '22:00' })}
        />
      </Row>
    </Form.Item>
  )
}
