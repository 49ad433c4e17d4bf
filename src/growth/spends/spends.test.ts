import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createChannel } from '#growth/channels/commands.ts'
import { NewChannel } from '#growth/channels/schema.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { importFile } from '#platform/imports/engine.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { spendImport } from './import.ts'
import { listSpends } from './queries.ts'

const folder = mkdtempSync(join(tmpdir(), 'liuliang-spends-'))
let workspace: TestWorkspace
let ctx: Context

beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(async () => {
  ctx = await workspace.newTenant()
})

async function bring(text: string, mapping?: unknown) {
  const path = join(folder, 'spend.csv')
  writeFileSync(path, text)
  const { imported, updated, unchanged, rejected } = await importFile(ctx, { kind: spendImport, path, mapping })
  return { imported, updated, unchanged, rejected }
}
const stored = async () =>
  (await listSpends(ctx, { limit: 200 })).items.map(
    ({ day, channel, kind, item, amountMinor, currency }) => `${day} ${channel.name} ${kind} ${item ?? '-'} ${amountMinor} ${currency}`,
  )

describe('spend files', () => {
  const file = '日期,渠道,花费,费用类型\n2026-01-02,抖音,"1,234.50",\n2026/1/3,抖音,80元,红包\n2026-01-03,小红书,0,达人\n'

  test('come in by known headers, a second import changes nothing, a corrected file corrects', async () => {
    expect(await bring(file)).toEqual({ imported: 3, updated: 0, unchanged: 0, rejected: 0 })
    const before = ['2026-01-03 抖音 red_packets - 8000 CNY', '2026-01-03 小红书 content - 0 CNY', '2026-01-02 抖音 media - 123450 CNY']
    expect(await stored()).toEqual(before)
    expect(await bring(file)).toEqual({ imported: 0, updated: 0, unchanged: 3, rejected: 0 })
    expect(await bring(file.replace('1,234.50', '1,234.60'))).toEqual({ imported: 0, updated: 1, unchanged: 2, rejected: 0 })
    expect(await stored()).toEqual([...before.slice(0, 2), '2026-01-02 抖音 media - 123460 CNY'])
  })

  test('equal rows are separate costs, campaigns too, in the mapping’s currency', async () => {
    const rows = 'day,source,cost,campaign\n2026-01-02,ads,1,a\n2026-01-02,ads,1,a\n2026-01-02,ads,2,b\n'
    const mapping = { columns: { day: 'day', channel: 'source', amount: 'cost', item: 'campaign' }, currency: 'USD' }
    expect(await bring(rows, mapping)).toMatchObject({ imported: 3 })
    expect(await bring(rows, mapping)).toMatchObject({ imported: 0, unchanged: 3 })
    expect(await stored()).toEqual(['2026-01-02 ads media a 100 USD', '2026-01-02 ads media a 100 USD', '2026-01-02 ads media b 200 USD'])
  })

  test('name channels of the tree by path or by a name that is theirs alone; new ones are made', async () => {
    const make = (name: string, parent: number | null) =>
      createChannel(ctx, NewChannel.parse({ name, parentId: parent === null ? null : publicId(ctx, 'cha', parent) }))
    const [douyin, shop] = [await make('抖音', null), await make('门店', null)]
    const [feed] = [await make('信息流', douyin), await make('易拉宝', douyin), await make('易拉宝', shop)]
    const rows = ['信息流', '抖音/信息流', '易拉宝', '门店/易拉宝', '门店/传单'].map((name, i) => `2026-01-0${i + 1},${name},1`)
    expect(await bring(`日期,渠道,花费\n${rows.join('\n')}\n`)).toEqual({ imported: 4, updated: 0, unchanged: 0, rejected: 1 })
    expect((await listSpends(ctx, { limit: 50, channel: publicId(ctx, 'cha', feed) })).items.map(({ day }) => day)).toEqual([
      '2026-01-02',
      '2026-01-01',
    ])
    expect((await listSpends(ctx, { limit: 50, channel: publicId(ctx, 'cha', shop) })).items.map(({ channel }) => channel.name)).toEqual([
      '传单',
      '易拉宝',
    ])
  })

  test('ill rows are refused one by one', async () => {
    const rows = ['2026-02-30,a,1', '2026-01-01,,1', '2026-01-01,a,', '2026-01-01,a,-1', '2026-01-01,a,x', ',a,1', '2026-01-01,a,1,谁知道']
    expect(await bring(`日期,渠道,花费,费用类型\n${rows.join('\n')}\n2026-01-01,a,1,\n`)).toMatchObject({
      imported: 1,
      rejected: rows.length,
    })
  })

  test('are read page by page and between days', async () => {
    await bring(`日期,渠道,花费\n${Array.from({ length: 9 }, (_, i) => `2026-01-0${i + 1},a,${i}`).join('\n')}\n`)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listSpends(ctx, { limit: 2, cursor, from: '2026-01-02', to: '2026-01-08' })
      seen.push(...page.items.map(({ day }) => day.slice(-1)))
      cursor = page.next ?? undefined
    } while (cursor)
    expect(seen).toEqual(['8', '7', '6', '5', '4', '3', '2'])
  })
})
