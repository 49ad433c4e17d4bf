import { expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import { someone } from '#management/team/testing/people.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { changeCorp, createCorp } from './corps.ts'

test('whoever is logged in may read what the corps that work are called, and no more of them', async () => {
  const workspace = await openTestWorkspace()
  const app = createApp(workspace)
  const ctx = await workspace.newTenant()
  const made: number[] = []
  for (const name of ['乙', '甲', '旧']) made.push((await createCorp(ctx, { corpId: `ww00${made.length}`, name, secret: 'a-secret' })).corp)
  const [second = 0, first = 0, old = 0] = made
  await changeCorp(ctx, old, { state: 'paused' })
  const { cookie } = await someone(workspace, ctx, 'employee')
  const read = (path: string) => app.request(`/api/v1/wecom/${path}`, { headers: { Cookie: cookie } })
  const names = [
    { id: publicId(ctx, 'cor', first), name: '甲' },
    { id: publicId(ctx, 'cor', second), name: '乙' },
  ].sort((a, b) => (a.name < b.name ? -1 : 1))
  expect(await (await read('corps/names')).json()).toEqual({ items: names, next: null })
  expect((await read('corps')).status).toBe(403)
})
