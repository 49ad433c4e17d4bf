import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { lookAt, openBrowser, openConsole } from './browser.ts'
import { openSandboxedWorkspace } from './sandboxed-workspace.ts'

/** Set before the first test. */
export let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
export let browser: Browser
export let page: Page
/** What broke in the page. */
export const problems: string[] = []

/** Opens a company with the sandbox and its console for the tests of a file; `prepare`: what lives there before somebody looks. */
export function withSandboxedConsole(prepare?: () => Promise<unknown>): void {
  beforeAll(async () => {
    await buildConsole(() => undefined)
    workspace = await openSandboxedWorkspace(await ownDatabases())
    await prepare?.()
    browser = await openBrowser()
    page = await openConsole(browser, workspace, problems)
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await workspace?.close()
  })
}

export const look = (name: string): Promise<void> => lookAt(page, name)
