import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { ApiKeys } from '#console/integrations/api-keys.tsx'
import { Webhooks } from '#console/integrations/webhooks.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page } from '#console/ui/page.tsx'
import { Views } from '#console/ui/tabs.tsx'

const route = getRouteApi('/app/integrations')

/** The two ways for programs: they ask us, or we tell them. */
export function IntegrationsPage() {
  const { t } = useText()
  const may = useMay()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/integrations' })
  const [creating, setCreating] = useState(false)
  const views = [
    { key: 'keys', name: t('integrations.keys'), permission: 'api_keys' },
    { key: 'webhooks', name: t('integrations.webhooks'), permission: 'webhooks' },
  ].filter(({ permission }) => may(`${permission}.read`))
  const view = views.find(({ key }) => key === search.view) ?? views[0]
  return (
    <Page
      title={t('integrations.title')}
      note={t('integrations.note')}
      actions={
        <>
          <Button href="/openapi.json" target="_blank">
            {t('integrations.docs')}
          </Button>
          {view && (
            <Gate permission={`${view.permission}.write`}>
              <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
                {t(view.key === 'keys' ? 'integrations.createKey' : 'integrations.createHook')}
              </Button>
            </Gate>
          )}
        </>
      }
    >
      <Views views={views} open={view?.key ?? 'keys'} onOpen={(key) => void navigate({ search: { view: key } })} />
      {view?.key === 'webhooks' ? (
        <Webhooks
          creating={creating}
          onCreate={setCreating}
          opened={search.webhook}
          onOpen={(webhook) => void navigate({ search: { view: 'webhooks', webhook } })}
        />
      ) : (
        <ApiKeys creating={creating} onCreate={setCreating} />
      )}
    </Page>
  )
}
