import chromium from '@sparticuz/chromium'
import { type Browser, chromium as launcher, type Page } from 'playwright-core'
import type { ServedWorkspace } from './served-workspace.ts'

/** A real browser out of the packages. With `--single-process` it would die with its first closed page. */
export const openBrowser = async (): Promise<Browser> =>
  launcher.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter((flag) => flag !== '--single-process'),
    headless: true,
  })

const password = 'Liuliang-e2e-2026'

/** A page of the console on a desk, its owner logged in for the first time. What breaks in it is added to `problems`. */
export async function openConsole(browser: Browser, workspace: ServedWorkspace, problems: string[]): Promise<Page> {
  const { url, login } = workspace
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
  })
  await context.request.put(`${url}/api/v1/session/password`, { data: { login, password: workspace.password, newPassword: password } })
  await context.request.post(`${url}/api/v1/session`, { data: { login, password } })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => problems.push(error.message))
  return page
}
