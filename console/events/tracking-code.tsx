import { Alert, Button, Checkbox } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useTrackingSetup } from '#console/events/queries.ts'
import { miniProgramCode, ownEventCode, type SnippetOption, snippetOf, snippetOptions } from '#console/events/snippets.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useCreateApiKey } from '#console/integrations/queries.ts'
import { Code } from '#console/ui/code.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { Columns, Section, Stack } from '#console/ui/page.tsx'

/** From nothing to a tracked page: a key, a line to copy, and a shop to try it in. */
export function TrackingCode() {
  const { t } = useText()
  const setup = useTrackingSetup()
  const [key, setKey] = useState<string>()
  const [options, setOptions] = useState<SnippetOption[]>([])
  const script = setup.data?.script ?? ''
  return (
    <>
      <Section title={t('events.setup.title')} note={t('events.setup.note')} actions={<MakeKey onMade={setKey} />}>
        <Stack>
          {key && <Alert type="warning" showIcon title={t('events.setup.keyOnce')} />}
          <Code name={t('events.setup.snippet')} text={snippetOf(script, key, options)} />
          <Checkbox.Group
            className="stack tight"
            aria-label={t('events.setup.options')}
            value={options}
            onChange={setOptions}
            options={snippetOptions.map((value) => ({ value, label: t(`events.setup.${value}`) }))}
          />
          <Code name={t('events.setup.own')} text={ownEventCode} />
        </Stack>
      </Section>
      <Columns shares={[1, 1]}>
        <Section title={t('events.setup.mini')} note={t('events.setup.miniNote')}>
          <Stack>
            <Code name="wx.request" text={miniProgramCode(script, key)} />
            <p className="note">{t('events.setup.server')}</p>
          </Stack>
        </Section>
        {setup.data?.shop ? <Shop address={setup.data.shop} script={script} trackingKey={key} /> : <div />}
      </Columns>
    </>
  )
}

function MakeKey({ onMade }: { onMade: (key: string) => void }) {
  const { t } = useText()
  const may = useMay()('api_keys.write')
  const create = useCreateApiKey()
  const run = useRun()
  if (!may) return null
  const make = async () => {
    const made = await run(() => create.mutateAsync({ name: t('events.setup.keyName'), public: true, scopes: ['events.write'] }))
    if (made) onMade(made.key)
  }
  return (
    <Button type="primary" title={t('events.setup.keyNote')} loading={create.isPending} onClick={() => void make()}>
      {t('events.setup.makeKey')}
    </Button>
  )
}

function Shop({ address, script, trackingKey }: { address: string; script: string; trackingKey: string | undefined }) {
  const { t } = useText()
  const link = `${address}?${new URLSearchParams({ tracker: script, key: trackingKey ?? '' })}`
  return (
    <Section title={t('events.setup.shop')} note={t('events.setup.shopNote')}>
      <Button href={trackingKey ? link : undefined} target="_blank" disabled={!trackingKey}>
        {t(trackingKey ? 'events.setup.openShop' : 'events.setup.shopNeedsKey')}
      </Button>
    </Section>
  )
}
