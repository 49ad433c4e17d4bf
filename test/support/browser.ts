import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import axe from 'axe-core'
import { type Browser, type Locator, chromium as launcher, type Page } from 'playwright-core'
import type { ServedWorkspace } from './served-workspace.ts'

/** A real browser out of the packages. With `--single-process` it would die with its first closed page. */
export const openBrowser = async (): Promise<Browser> =>
  launcher.launch({
    executablePath: unpacked(),
    args: chromium.args.filter((flag) => flag !== '--single-process'),
    headless: true,
  })

const root = join(import.meta.dirname, '../..')

/**
 * The browser's file, unpacked once. The package unpacks into the temporary folder and takes whatever lies there for the whole: of tests
 * that begin beside each other one would start half a browser. Here it is made aside and comes to its place in one step.
 */
function unpacked(): string {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/@sparticuz/chromium/package.json'), 'utf8')) as { version: string }
  const place = join(root, 'node_modules/.cache', `chromium-${version}`)
  if (!existsSync(place)) {
    mkdirSync(join(place, '..'), { recursive: true })
    const aside = mkdtempSync(`${place}.`)
    execFileSync(process.execPath, ['--input-type=module', '-e', "await (await import('@sparticuz/chromium')).default.executablePath()"], {
      cwd: root,
      env: { ...process.env, TMPDIR: aside },
    })
    try {
      renameSync(aside, place)
    } catch {
      // Another was faster.
      rmSync(aside, { recursive: true })
    }
  }
  return join(place, 'chromium')
}

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

/** Pictures of the whole page on a phone and on a desk, into the folder that LOOK names; none without. */
export async function lookAt(page: Page, name: string, settleMs = 600): Promise<void> {
  const folder = process.env.LOOK
  if (!folder) return
  mkdirSync(folder, { recursive: true })
  for (const [width, height] of [
    [390, 844],
    [1440, 900],
  ] as const) {
    await page.setViewportSize({ width, height })
    await page.waitForTimeout(settleMs)
    await page.screenshot({ path: `${folder}/${name}-${width}.png`, fullPage: true })
  }
}

/** What axe finds serious on the page as it stands, and whether it is wider than its window. Colours take axe longest: `npm run screens` asks for them on every page. */
export async function faultsOf(page: Page, { colours = false } = {}): Promise<string[]> {
  await page.evaluate(axe.source)
  return [...(await seriousOf(page, { rules: { 'color-contrast': { enabled: colours } } })), ...(await tooWide(page))]
}

async function tooWide(page: Page): Promise<string[]> {
  const pixels = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  return pixels > 0 ? [`${pixels} px too wide`] : []
}

async function seriousOf(page: Page, options: axe.RunOptions): Promise<string[]> {
  const { violations } = await page.evaluate(
    (options) => (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'], ...options }),
    options,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} at ${nodes.map(({ target, html }) => `${target.join(' ')} ${html.slice(0, 120)}`).join(' | ')}`)
}

/** Picks from a list by typing; the list may still be on its way when its field is filled. */
export async function choose(field: Locator, what: string, called = what): Promise<void> {
  await field.fill(what)
  await field.page().locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: called }).first().waitFor()
  await field.page().keyboard.press('Enter')
}
