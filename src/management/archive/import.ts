import { createHash } from 'node:crypto'
import { readArchiveMessage } from '#connectors/wecom/archive/messages.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { type Applied, type ImportKind, type ImportRun, type ImportSetup, importColumn } from '#platform/imports/kind.ts'
import type { FileRow } from '#platform/imports/source.ts'
import { nameRooms } from './names.ts'
import { type Said, saidOf } from './reading.ts'
import type { Rooms } from './rooms.ts'
import { saveMessages } from './store.ts'

type Row = { corp: number; said: Said }

const mostLetters = 1_000_000

/**
 * Messages that were taken out elsewhere: JSON Lines with WeCom's own plain messages, or a table with a row a message. What is here
 * already stays as it is, whichever way it came.
 */
export const chatRecordsImport = (rooms: Rooms): ImportKind => ({
  name: 'chat-records',
  title: { zh: '会话记录', en: 'Chat records' },
  columns: [
    importColumn('id', '消息ID', 'Message id', ['msgid', 'message_id']),
    importColumn('sender', '发送人', 'Sender', ['from', '发送者', '发言人']),
    importColumn('receivers', '接收人', 'Receivers', ['tolist', 'to', '接收者']),
    importColumn('room', '群ID', 'Room', ['roomid', 'chat_id', '群聊ID', '会话ID']),
    importColumn('time', '时间', 'Time', ['msgtime', '发送时间', '消息时间', 'timestamp']),
    importColumn('type', '类型', 'Type', ['msgtype', '消息类型']),
    importColumn('text', '内容', 'Text', ['content', '消息内容', 'text.content', '文本']),
    importColumn('corp', '企业ID', 'CorpID', ['corpid', 'corp_id']),
    importColumn('$', '整条消息', 'Whole message', [], { json: true }),
  ],
  async prepare(ctx, setup): Promise<ImportRun<Row>> {
    const corps = await corpsOf(ctx)
    const touched = new Set<number>()
    return {
      read: rowReader(ctx, setup, corps),
      apply: async (ctx, chunk) => {
        for (const { corp } of chunk) touched.add(corp)
        return applyRows(ctx, chunk, rooms)
      },
      finish: async (ctx) => {
        for (const corp of touched) await nameRooms(ctx, corp, rooms)
      },
    }
  },
})

async function corpsOf(ctx: Context): Promise<Map<string, number>> {
  const rows = await ctx.db.selectFrom('wecomCorps').select(['id', 'corpId']).where('tenantId', '=', ctx.tenantId).execute()
  if (rows.length === 0)
    throw appError('archive_import.no_corp', { message: 'Connect the corp whose talks these are first.', status: 409, field: 'kind' })
  return new Map(rows.map(({ id, corpId }) => [corpId, id]))
}

function rowReader(ctx: Context, setup: ImportSetup, corps: ReadonlyMap<string, number>): (row: FileRow) => Row {
  const whole = setup.text('$', mostLetters)
  const corpText = setup.text('corp', 100)
  const fields = tableReader(setup)
  const seen = new Map<string, number>()
  return (row) => {
    const message = wholeMessage(whole(row)) ?? fields(row)
    const corp = corpOf(corps, corpText(row))
    const { type, value } = readArchiveMessage(message)
    const said = saidOf({ msgid: '', seq: null, type, message: value }, ctx.now())
    if (!said.sender) throw missing('sender')
    if (!said.talk && said.action !== 'switch') throw missing('receivers')
    if (typeof message.msgtime !== 'number' && typeof message.time !== 'number') throw missing('time')
    return { corp, said: { ...said, msgid: idOf(message, seen) } }
  }
}

const missing = (field: string) => appError('cell.empty', { message: `The row has no ${field}.`, field })

/** A line of WeCom's own shape names its sender `from`; any other line of JSON has columns. */
function wholeMessage(text: string): Record<string, unknown> | undefined {
  if (text === '') return undefined
  const message = JSON.parse(text) as Record<string, unknown>
  const isWeComs = typeof message.msgtype === 'string' || message.action === 'switch'
  if (!isWeComs) return undefined
  // Some tools write every value as text.
  const time = Number(message.msgtime)
  return typeof message.msgtime === 'string' && Number.isFinite(time) ? { ...message, msgtime: time } : message
}

function tableReader(setup: ImportSetup): (row: FileRow) => Record<string, unknown> {
  const [id, sender, room, type] = [setup.text('id', 200), setup.text('sender', 200), setup.text('room', 200), setup.text('type', 40)]
  const [receivers, text] = [setup.text('receivers', 100_000), setup.text('text', 100_000)]
  const time = setup.date('time')
  return (row) => {
    const kind = type(row) || 'text'
    return {
      ...(id(row) && { msgid: id(row) }),
      action: 'send',
      from: sender(row),
      tolist: receiversOf(receivers(row)),
      roomid: room(row),
      msgtime: time(row)?.getTime(),
      msgtype: kind,
      [kind]: { content: text(row) },
    }
  }
}

function receiversOf(text: string): string[] {
  if (text.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text)
      if (Array.isArray(list)) return list.map(String)
    } catch {
      // A name that begins with a bracket.
    }
  }
  return text.split(/[,，;；|、]/).flatMap((one) => one.trim() || [])
}

function corpOf(corps: ReadonlyMap<string, number>, corpId: string): number {
  const [only] = corps.values()
  const found = corpId ? corps.get(corpId) : corps.size === 1 ? only : undefined
  if (found === undefined)
    throw appError('archive_import.which_corp', {
      message: corpId ? `The corp ${corpId} is not connected.` : 'Several corps are connected: say by CorpID whose message this is.',
      field: 'corp',
    })
  return found
}

/** A message without an id is told from another by what it says; the same words twice in one file are two messages. */
function idOf(message: Record<string, unknown>, seen: Map<string, number>): string {
  if (typeof message.msgid === 'string' && message.msgid.trim() !== '') return message.msgid.trim()
  const hash = createHash('sha256').update(JSON.stringify(message)).digest('base64url').slice(0, 24)
  const nth = (seen.get(hash) ?? 0) + 1
  seen.set(hash, nth)
  return `file-${hash}-${nth}`
}

async function applyRows(ctx: Context, rows: readonly Row[], { tell, tellDirect }: Rooms): Promise<Applied> {
  let imported = 0
  for (const [corp, some] of Map.groupBy(rows, (row) => row.corp))
    imported += (
      await saveMessages(
        ctx,
        corp,
        some.map(({ said }) => said),
        { newEmployees: false, tell, tellDirect },
      )
    ).size
  return { imported, updated: 0, unchanged: rows.length - imported }
}
