// Virtual phones in a real browser, for tests: each is a page of its own, as wide as a phone.
import type { Page } from 'playwright-core'
import { openBrowser } from '#test/support/browser.ts'
import { startTestSandbox, type TestSandbox } from './testing.ts'

export type TestPhones = {
  it: TestSandbox
  /** What went wrong in any page. */
  faults: string[]
  /** `path` from the sandbox's root, or somebody's phone as e:userid or c:external_userid. */
  open(path: string, query?: string): Promise<Page>
  look(page: Page, name: string): Promise<void>
  stop(): Promise<void>
}

const width = 390

export async function startTestPhones(): Promise<TestPhones> {
  const it = await startTestSandbox()
  const browser = await openBrowser()
  const faults: string[] = []
  return {
    it,
    faults,
    open: async (path, query = '') => {
      const context = await browser.newContext({ viewport: { width, height: 844 }, locale: 'zh-CN' })
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      page.on('pageerror', (error) => faults.push(error.message))
      await page.goto(it.url + (path.startsWith('/') ? path : `/phone?as=${path}${query}`))
      return page
    },
    look: async (page, name) => {
      if (process.env.SANDBOX_PICTURES) await page.screenshot({ path: `${process.env.SANDBOX_PICTURES}/${name}.png` })
    },
    stop: async () => {
      await browser.close()
      await it.stop()
    },
  }
}

/** Something is wider than the page or the phone's screen. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('.device, .device .screen')].some(
      (one) => one.scrollWidth > one.clientWidth + 1,
    ),
  )
