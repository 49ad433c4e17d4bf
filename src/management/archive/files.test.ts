import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tellDirectMessages, tellGroupMessages } from '#insight/group-messages/archive.ts'
import { createCorp } from '#management/wecom/corps.ts'
import type { Context } from '#platform/context.ts'
import { exportJob, startExport } from '#platform/exports/commands.ts'
import { importFile } from '#platform/imports/engine.ts'
import { runDueJobs } from '#platform/jobs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { archiveExport } from './export.ts'
import { chatRecordsImport } from './import.ts'
import { listMessages, listTalks } from './queries.ts'
import { searchMessages } from './search.ts'

const folder = mkdtempSync(join(tmpdir(), 'liuliang-archive-'))
const customer = 'wmAbcdefghijklmnopqrstuvwxyz0123'
const kind = chatRecordsImport({
  find: async (_ctx, _corp, chatIds) => new Map(chatIds.map((id) => [id, { id: 7, name: `群 ${id}` }])),
  tell: tellGroupMessages,
  tellDirect: tellDirectMessages,
})
let workspace: TestWorkspace
let ctx: Context

beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(async () => {
  ctx = await workspace.newTenant()
  await createCorp(ctx, { corpId: `ww${ctx.tenantId}000000`, secret: 'a secret of the app' })
})

async function bring(text: string, options: { dryRun?: boolean; mapping?: unknown } = {}) {
  const path = join(folder, 'records')
  writeFileSync(path, text)
  const { read, imported, updated, unchanged, rejected, rejectedFile } = await importFile(ctx, { kind, path, ...options })
  const reasons = rejectedFile ? readFileSync(rejectedFile, 'utf8') : ''
  return { counts: { read, imported, updated, unchanged, rejected }, reasons }
}

const line = (msgid: string, content: string, more: object = {}) =>
  JSON.stringify({
    msgid,
    action: 'send',
    from: 'lina',
    tolist: [customer],
    roomid: '',
    msgtime: 1_767_319_200_000,
    msgtype: 'text',
    text: { content },
    ...more,
  })

const found = async (q: string) => (await searchMessages(ctx, { q, limit: 50 })).items

describe('chat records out of a file', () => {
  test('as WeCom writes them: each once, broken lines told, the second time nothing new', async () => {
    const link = line('c', '', { msgtype: 'link', text: undefined, link: { title: '链接标题', description: '说明' } })
    const file = [
      line('a', '第一句'),
      '{broken',
      line('b', '第二句', { from: customer, tolist: ['lina'] }),
      line('a', '第一句'),
      link,
      line('d', '没有时间', { msgtime: undefined }),
    ]
    expect((await bring(file.join('\n'))).counts).toEqual({ read: 6, imported: 3, updated: 0, unchanged: 1, rejected: 2 })
    expect((await bring(file.join('\n'))).counts).toEqual({ read: 6, imported: 0, updated: 0, unchanged: 4, rejected: 2 })
    const { items } = await listTalks(ctx, { limit: 10 })
    expect(items).toMatchObject([
      { kind: 'pair', messages: 3, people: [{ kind: 'customer', customerId: expect.any(String) }, { member: 'lina' }] },
    ])
    expect(await found('链接标题')).toHaveLength(1)
  })

  test('a dry run writes nothing and still names the ill rows', async () => {
    const { counts, reasons } = await bring([line('a', '第一句'), line('b', '没有人', { from: '' })].join('\n'), { dryRun: true })
    expect(counts).toMatchObject({ imported: 1, rejected: 1 })
    expect(reasons).toContain('sender')
    expect((await listTalks(ctx, { limit: 10 })).items).toEqual([])
  })

  test('as a table with Chinese headers; rooms get their names, rows without an id are told apart', async () => {
    const table = `发送人,接收人,群ID,发送时间,消息内容\nlina,${customer},wr01,2026-01-02 10:00:00,群里的话\n${customer},lina,wr01,2026-01-02 10:00:00,收到\n${customer},lina,wr01,2026-01-02 10:00:00,收到\n`
    expect((await bring(table)).counts).toMatchObject({ imported: 3, rejected: 0 })
    expect((await bring(table)).counts).toMatchObject({ imported: 0, unchanged: 3 })
    expect((await listTalks(ctx, { q: 'WR01', limit: 10 })).items).toMatchObject([{ kind: 'room', name: '群 wr01', messages: 3 }])
    const [talk] = (await listTalks(ctx, { limit: 10 })).items
    const messages = await listMessages(ctx, ctx.ids.decode(ctx.tenantId, 'art', talk?.id ?? '') ?? 0, { limit: 10 })
    expect(messages.items.map(({ text }) => text)).toEqual(['群里的话', '收到', '收到'])
  })

  test('with several corps a row says whose it is', async () => {
    await createCorp(ctx, { corpId: `ww${ctx.tenantId}111111`, secret: 'another secret' })
    const rows = [line('a', '一'), line('b', '二', { corpid: `ww${ctx.tenantId}111111` }), line('c', '三', { corpid: 'wwstranger' })]
    const { counts, reasons } = await bring(rows.join('\n'))
    expect(counts).toMatchObject({ imported: 1, rejected: 2 })
    expect(reasons).toContain('wwstranger')
  })

  test('without a corp there is nobody whose talks they could be', async () => {
    const other = await workspace.newTenant()
    writeFileSync(join(folder, 'records'), line('a', '一'))
    await expect(importFile(other, { kind, path: join(folder, 'records') })).rejects.toMatchObject({ code: 'archive_import.no_corp' })
  })
})

describe('what a search finds leaves as a file', () => {
  const job = exportJob([archiveExport])
  const taken = async (permissions: string[]) => {
    const asker: Context = { ...ctx, actor: { ...ctx.actor, permissions: new Set(permissions) } }
    const id = await startExport(asker, [archiveExport], job, { what: 'archive', format: 'csv', q: '电话', filter: { from: 'employee' } })
    await runDueJobs(workspace, [job])
    const row = await ctx.db
      .selectFrom('exports')
      .select(['rows', 'storedPath'])
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return { rows: row.rows, text: readFileSync(join(ctx.config.dataDir, row.storedPath ?? ''), 'utf8') }
  }

  test('for those who may read it, numbers whole for those who may see them', async () => {
    await bring(
      [line('a', '我的电话 13800138000'), line('b', '=电话()', {}), line('c', '电话', { from: customer, tolist: ['lina'] })].join('\n'),
    )
    await expect(taken(['exports.write'])).rejects.toMatchObject({ code: 'permission.missing' })
    const masked = await taken(['archive.read'])
    expect(masked.rows).toBe(2)
    expect(masked.text).toContain('138****8000')
    expect(masked.text).toContain("'=电话()")
    expect((await taken(['archive.read', 'phone.reveal'])).text).toContain('13800138000')
  })
})
