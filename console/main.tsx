import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { App, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { StrictMode, useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { newQueryClient } from '#console/api/query.ts'
import { sessionQuery } from '#console/api/session.ts'
import { startLanguage, useText } from '#console/i18n/i18n.ts'
import { newRouter } from '#console/routes.tsx'
import { antdTheme, dark, light, paintDocument } from '#console/theme.ts'
import { rememberPlace } from '#console/ui/back.tsx'
import { readPreferences, useMedia, usePhone, useThemeName } from '#console/ui/preferences.ts'
import '#console/ui/ui.css'

startLanguage(readPreferences().language ?? 'zh')

const client = newQueryClient(() => {
  client.setQueryData(sessionQuery.queryKey, null)
  void router.invalidate()
})
const router = newRouter(client)
router.subscribe('onResolved', ({ toLocation }) => rememberPlace(toLocation))

function Console() {
  const name = useThemeName()
  const palette = name === 'dark' ? dark : light
  const { language } = useText()
  const phone = usePhone()
  const still = useMedia('(prefers-reduced-motion: reduce)')
  useLayoutEffect(() => paintDocument(name, palette), [name, palette])
  return (
    <ConfigProvider
      theme={antdTheme(name, palette, still)}
      locale={language === 'zh' ? zhCN : enUS}
      componentSize={phone ? 'large' : 'middle'}
      button={{ autoInsertSpace: false }}
    >
      <App>
        <RouterProvider router={router} />
      </App>
    </ConfigProvider>
  )
}

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Console />
      </QueryClientProvider>
    </StrictMode>,
  )
}
