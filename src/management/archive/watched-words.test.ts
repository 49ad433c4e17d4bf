import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { createCorp } from '#management/wecom/corps.ts'
import type { Context } from '#platform/context.ts'
import { internalId } from '#platform/ids.ts'
import { importFile } from '#platform/imports/engine.ts'
import { runDueJobs } from '#platform/jobs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { chatRecordsImport } from './import.ts'
import { dropWord, listWords, lookBack, watchWord } from './watched-words.ts'

const folder = mkdtempSync(join(tmpdir(), 'liuliang-words-'))
const anna = 'wmAbcdefghijklmnopqrstuvwxyz0123'
const boris = 'wmBbcdefghijklmnopqrstuvwxyz0123'
const kind = chatRecordsImport({ find: async () => new Map(), tell: async () => undefined, tellDirect: async () => undefined })
let workspace: TestWorkspace
let ctx: Context

beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(async () => {
  ctx = await workspace.newTenant()
  await createCorp(ctx, { corpId: `ww${ctx.tenantId}000000`, secret: 'a secret of the app' })
})

const line = (msgid: string, from: string, to: string[], content: string, more: object = {}) =>
  JSON.stringify({
    msgid,
    action: 'send',
    from,
    tolist: to,
    roomid: '',
    msgtime: 1_767_319_200_000,
    msgtype: 'text',
    text: { content },
    ...more,
  })

async function bring(...lines: string[]) {
  const path = join(folder, 'records')
  writeFileSync(path, lines.join('\n'))
  await importFile(ctx, { kind, path })
}

/** Who said what, as the events tell it. */
async function told(): Promise<string[]> {
  const rows = await ctx.db.selectFrom('eventInbox').select('payload').where('tenantId', '=', ctx.tenantId).execute()
  const events = rows.flatMap(
    ({ payload }) => JSON.parse(payload) as { name: string; customer: number; properties: { word: string; by: string } }[],
  )
  const names = await ctx.db.selectFrom('identities').select(['value', 'customerId']).where('tenantId', '=', ctx.tenantId).execute()
  const nameOf = new Map(names.map(({ value, customerId }) => [customerId, value]))
  return events
    .filter(({ name }) => name === 'archive.word_said')
    .map(({ customer, properties: { word, by } }) => `${nameOf.get(customer)?.slice(2, 3)} ${by} ${word}`)
    .sort()
}

test('a watched word is told of the customer who said it or was told it, and nothing of other words', async () => {
  await watchWord(ctx, '价格')
  await watchWord(ctx, 'ＶＩＰ')
  await bring(
    line('1', anna, ['lina'], '请问价格多少？vip 有折扣吗'),
    line('2', 'lina', [boris], '价格表发你了'),
    line('3', boris, ['lina', anna], '大家说的价格', { roomid: 'wrRoom0000000000000000000000000' }),
    line('4', 'lina', [anna, boris], '群里的价格', { roomid: 'wrRoom0000000000000000000000000' }),
    line('5', 'lina', ['wanglei'], '同事之间说价格'),
    line('6', anna, ['lina'], '你好'),
  )
  expect(await told()).toEqual(['A customer 价格', 'A customer ＶＩＰ', 'B customer 价格', 'B employee 价格'])
  await bring(line('1', anna, ['lina'], '请问价格多少？vip 有折扣吗'))
  expect(await told()).toHaveLength(4)
})

test('what was said before is told too, once, however often the past is looked through', async () => {
  await bring(line('1', anna, ['lina'], '想退货'), line('2', 'lina', [boris], '支持退货'), line('3', 'lina', ['wanglei'], '退货流程'))
  await watchWord(ctx, '退货')
  expect((await listWords(ctx)).map(({ word, lookedBack }) => [word, lookedBack])).toEqual([['退货', false]])
  await runDueJobs(workspace, [lookBack])
  expect(await told()).toEqual(['A customer 退货', 'B employee 退货'])
  expect((await listWords(ctx)).map(({ lookedBack }) => lookedBack)).toEqual([true])
  await lookBack.run(
    ctx,
    { word: internalId(ctx, 'wwd', (await listWords(ctx))[0]?.id ?? '') },
    {
      id: 0,
      fence: 0,
      signal: new AbortController().signal,
      saved: {},
      save: async () => undefined,
    },
  )
  expect(await told()).toHaveLength(2)
})

test('a word twice, no word, and a word that is dropped', async () => {
  const { id } = await watchWord(ctx, '价格')
  await expect(watchWord(ctx, ' 价格 ')).rejects.toMatchObject({ code: 'archive_word.exists', field: 'word' })
  await expect(watchWord(ctx, '  ')).rejects.toMatchObject({ code: 'archive_word.empty', field: 'word' })
  await dropWord(ctx, internalId(ctx, 'wwd', id))
  await bring(line('1', anna, ['lina'], '价格'))
  expect([await told(), await listWords(ctx)]).toEqual([[], []])
  await expect(dropWord(ctx, internalId(ctx, 'wwd', id))).rejects.toMatchObject({ code: 'watched_word.not_found' })
})
