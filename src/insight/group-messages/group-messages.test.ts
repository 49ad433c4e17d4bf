import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { identify } from '#management/identity/commands.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import type { Context } from '#platform/context.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { importFile } from '#platform/imports/engine.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { groupMessagesImport } from './import.ts'

const folder = mkdtempSync(join(tmpdir(), 'liuliang-group-messages-'))
let workspace: TestWorkspace
let ctx: Context

beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(async () => {
  ctx = await workspace.newTenant()
})

async function bring(text: string, mapping?: unknown) {
  const path = join(folder, 'messages')
  writeFileSync(path, text)
  const { imported, unchanged, rejected } = await importFile(ctx, { kind: groupMessagesImport, path, mapping })
  while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
  return { imported, unchanged, rejected }
}

type Said = { person: number; properties: Record<string, string> }
const said = () =>
  workspace.clickhouse.rows<Said>(
    "select person, properties from events where tenant = {tenant:UInt32} and name = 'group_message.sent' order by at, properties['message']",
    { tenant: ctx.tenantId },
  )

describe('messages of groups', () => {
  const file =
    '群ID,群名称,发言人,发送时间,消息ID,回复消息ID,内容\ng1,老客群,甲,2026-01-02 10:00:00,1,,大家好\ng1,老客群,乙,2026-01-02 10:01:00,2,1,你好👋呀\n'

  test('become events of their senders, with who answers whom and without a word of what was said', async () => {
    expect(await bring(file)).toEqual({ imported: 2, unchanged: 0, rejected: 0 })
    const [first, second] = await said()
    expect(first?.person).not.toBe(second?.person)
    expect(first?.properties).toEqual({ chat: 'g1', chatName: '老客群', sender: '甲', message: '1', kind: 'text', letters: '3' })
    expect(second?.properties).toEqual({
      chat: 'g1',
      chatName: '老客群',
      sender: '乙',
      message: '2',
      replyTo: '1',
      kind: 'text',
      letters: '4',
    })
    const { rows } = await workspace.databases.systemPool.query('select payload from event_inbox where tenant_id = $1', [ctx.tenantId])
    expect(JSON.stringify([await said(), rows])).not.toMatch(/大家好|你好/)
  })

  test('a second import changes nothing, also months later', async () => {
    await bring(file)
    await workspace.databases.systemPool.query('delete from event_ids where received_on < current_date + 30')
    expect(await bring(file)).toEqual({ imported: 0, unchanged: 2, rejected: 0 })
  })

  test('the same words twice are two messages where nothing numbers them', async () => {
    const lines = 'chat_id,from,msgtime,mentions,text\ng,a,1767319200,"@b, @c",hi\ng,a,1767319200,"@b, @c",hi\ng,a,1767319200,,ho\n'
    expect(await bring(lines)).toMatchObject({ imported: 3 })
    expect(await bring(lines)).toMatchObject({ imported: 0, unchanged: 3 })
    expect((await said()).filter(({ properties }) => properties.mentions === '["b","c"]')).toHaveLength(2)
  })

  test('one id in two groups is two messages', async () => {
    expect(await bring('chat_id,from,msgtime,msgid\ng1,a,1767319200,7\ng2,a,1767319200,7\ng2,a,1767319200,7\n')).toMatchObject({
      imported: 2,
      unchanged: 1,
    })
  })

  test('a WeCom customer is that customer, an employee is none', async () => {
    const friend = await identify(ctx, [{ kind: 'wecom_external_userid', value: 'wmAbcdefghijklmnopqrstuvwxyz0123' }])
    const { id: roleId } = await ctx.db
      .insertInto('roles')
      .values({ tenantId: ctx.tenantId, name: 'r', permissions: [] } as never)
      .returning('id')
      .executeTakeFirstOrThrow()
    const { id: employeeId } = await ctx.db
      .insertInto('employees')
      .values({ tenantId: ctx.tenantId, name: '小王', roleId })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.db
      .insertInto('employeeAccounts')
      .values({ tenantId: ctx.tenantId, employeeId, corpId: 1, userId: 'wang' } as never)
      .execute()
    await bring('chat_id,from,msgtime,msgid\ng,wmAbcdefghijklmnopqrstuvwxyz0123,1767319200,1\ng,wang,1767319201,2\n')
    const [customer, employee] = await said()
    expect(customer?.person).toBe(friend)
    expect(employee).toMatchObject({ person: 0, properties: { sender: 'wang', byEmployee: 'true' } })
  })

  test('rows without group, sender or time are refused', async () => {
    expect(await bring('chat_id,from,msgtime\n,a,1767319200\ng,,1767319200\ng,a,\ng,a,noon\ng,a,1767319200\n')).toEqual({
      imported: 1,
      unchanged: 0,
      rejected: 4,
    })
  })
})
