import { Alert, Button, Form, Input, Radio, Select, Skeleton } from 'antd'
import { useState } from 'react'
import { patch } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { showAtField } from '#console/ui/form-drawer.tsx'
import { Columns, Page, Section } from '#console/ui/page.tsx'
import { Problem, problemText } from '#console/ui/problem.tsx'
import type { Settings } from '#management/team/settings/schema.ts'

export function SettingsPage() {
  const { t } = useText()
  const settings = useResource<Settings>('settings')
  return (
    <Page title={t('settings.title')} note={t('settings.note')}>
      {settings.error ? (
        <Section>
          <Problem error={settings.error} retry={() => void settings.refetch()} />
        </Section>
      ) : settings.data ? (
        <SettingsForm settings={settings.data} />
      ) : (
        <Section>
          <Skeleton active />
        </Section>
      )}
    </Page>
  )
}

function SettingsForm({ settings }: { settings: Settings }) {
  const { t } = useText()
  const run = useRun()
  const may = useMay()('settings.write')
  const [form] = Form.useForm<Settings>()
  const [problem, setProblem] = useState<string>()
  const save = useCommand((body: Settings) => patch<Settings>('settings', body), ['settings', 'session', 'overview'])
  const submit = (values: Settings) =>
    run(async () => {
      setProblem(undefined)
      await save.mutateAsync(values).catch((error: unknown) => {
        if (!showAtField(form, error)) setProblem(problemText(error))
        throw error
      })
    }, t('ui.saved'))
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={settings}
      disabled={!may}
      onFinish={(values) => void submit(values)}
    >
      <div className="stack">
        {problem && <Alert type="error" title={problem} />}
        <Columns>
          <Section title={t('settings.company')}>
            <Form.Item name="name" label={t('settings.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
              <Input maxLength={100} />
            </Form.Item>
            <Form.Item name="language" label={t('settings.language')} extra={t('settings.languageHint')}>
              <Radio.Group
                options={[
                  { value: 'zh', label: '中文' },
                  { value: 'en', label: 'English' },
                ]}
              />
            </Form.Item>
          </Section>
          <Section title={t('settings.calendar')}>
            <Form.Item name="timezone" label={t('settings.timezone')} extra={t('settings.timezoneHint')}>
              <Select showSearch options={Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, label: zone }))} />
            </Form.Item>
            <Form.Item name="weekStart" label={t('settings.weekStart')}>
              <Radio.Group
                options={[
                  { value: 'monday', label: t('settings.monday') },
                  { value: 'sunday', label: t('settings.sunday') },
                ]}
              />
            </Form.Item>
            <Form.Item name="currency" label={t('settings.currency')} extra={t('settings.currencyHint')}>
              <Select showSearch options={Intl.supportedValuesOf('currency').map((code) => ({ value: code, label: code }))} />
            </Form.Item>
          </Section>
        </Columns>
        {may && (
          <div className="row">
            <Button type="primary" htmlType="submit" loading={save.isPending}>
              {t('ui.save')}
            </Button>
          </div>
        )}
      </div>
    </Form>
  )
}
