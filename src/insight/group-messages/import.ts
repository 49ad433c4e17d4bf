import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { identifyMany } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { appendEvents } from '#platform/events/append.ts'
import { eventIdOf } from '#platform/events/inbox.ts'
import { type Applied, type ImportKind, type ImportRun, type ImportSetup, importColumn } from '#platform/imports/kind.ts'
import { groupMessageSent } from '../events.ts'

type Message = { id: string; at: string; properties: z.infer<typeof groupMessageSent.properties> }

/** Messages of customer groups, a row a message. */
export const groupMessagesImport: ImportKind = {
  name: 'group-messages',
  title: { zh: '群聊消息', en: 'Group messages' },
  columns: [
    importColumn('group', '群ID', 'Group', ['群', '客户群', '群聊', '群聊ID', 'chat_id', 'roomid', 'room', 'group_id'], { required: true }),
    importColumn('sender', '发言人', 'Sender', ['发送人', '发送者', '发言人ID', '成员', 'from', 'person', 'user', 'user_id', 'uid'], {
      required: true,
    }),
    importColumn('time', '时间', 'Time', ['发送时间', '发言时间', '消息时间', 'msgtime', 'timestamp', 'posted_at', 'at'], {
      required: true,
    }),
    importColumn('id', '消息ID', 'Message id', ['msgid', 'message', 'message_id', 'mid']),
    importColumn('reply_to', '回复消息ID', 'Reply to', ['被回复消息ID', '引用消息ID', 'parent', 'parent_id', 'parent_mid', 'reply_to_id']),
    importColumn('reply_to_sender', '被回复人', 'Reply to sender', ['回复对象', 'reply_to_person', 'reply_to_user']),
    importColumn('mentions', '提及', 'Mentions', ['@', '提到', '提及成员', 'mentioned']),
    importColumn('kind', '消息类型', 'Kind', ['类型', 'msgtype', 'type']),
    importColumn('text', '内容', 'Text', ['消息内容', '文本', 'content', 'message_text']),
    importColumn('group_name', '群名称', 'Group name', ['群名', 'chat_name', 'room_name']),
  ],
  prepare: async (_ctx, setup): Promise<ImportRun<Message>> => ({ read: messageReader(setup), apply: applyMessages }),
}

function messageReader(setup: ImportSetup): ImportRun<Message>['read'] {
  const [group, sender, id, replyTo, replyToSender] = ['group', 'sender', 'id', 'reply_to', 'reply_to_sender'].map((key) =>
    setup.text(key, 200),
  )
  const [mentions, kind, text, name] = [
    setup.text('mentions', 5000),
    setup.text('kind', 40),
    setup.text('text', 100_000),
    setup.text('group_name', 200),
  ]
  const time = setup.date('time')
  const seen = new Map<string, number>()
  return (row) => {
    const [chat, who, at, message] = [group?.(row), sender?.(row), time(row), id?.(row)]
    if (!chat) throw missing('group')
    if (!who) throw missing('sender')
    if (!at) throw missing('time')
    const said = text(row)
    const properties = {
      chat,
      sender: who,
      kind: kind(row) || 'text',
      ...known('chatName', name(row)),
      ...known('message', message),
      ...known('replyTo', replyTo?.(row)),
      ...known('replyToSender', replyToSender?.(row)),
      ...known('mentions', listOf(mentions(row))),
      ...(setup.isMapped('text') ? { letters: [...said].length } : {}),
    }
    return { id: idOf(chat, message, JSON.stringify([properties, at.getTime(), said]), seen), at: at.toISOString(), properties }
  }
}

const missing = (field: string) => appError('cell.empty', { message: `The row has no ${field}.`, field })

const known = <Key extends string, Value>(key: Key, value: Value | '' | undefined): { [K in Key]?: Value } =>
  value ? ({ [key]: value } as { [K in Key]: Value }) : {}

function listOf(text: string): string[] | undefined {
  const names = text
    .split(/[,，;；|、\s]+/)
    .map((one) => one.replace(/^@/, ''))
    .filter(Boolean)
  return names.length > 0 ? names : undefined
}

/** A message without an id is told from another by what it says; the same words twice in one file are two messages. */
function idOf(chat: string, message: string | undefined, said: string, seen: Map<string, number>): string {
  if (message) return eventIdOf(`group message ${JSON.stringify([chat, message])}`)
  const hash = createHash('sha256').update(said).digest('base64url').slice(0, 24)
  const nth = (seen.get(hash) ?? 0) + 1
  seen.set(hash, nth)
  return eventIdOf(`group message ${hash} ${nth}`)
}

/** As WeCom writes the ids of customers; it is the same person in groups and among friends. */
const externalUserId = /^w[mo][\w-]{20,62}$/

async function applyMessages(ctx: Context, messages: readonly Message[]): Promise<Applied> {
  const senders = [...new Set(messages.map(({ properties }) => properties.sender))]
  const employees = await employeesAmong(ctx, senders)
  const external = senders.filter((sender) => externalUserId.test(sender))
  if (external.length > 0)
    await identifyMany(
      ctx,
      external.map((value) => ({
        identities: [
          { kind: 'wecom_external_userid', value },
          { kind: 'person', value },
        ],
      })),
      'import',
    )
  const fresh = await appendEvents(
    ctx,
    messages.map(({ id, at, properties }) => {
      const byEmployee = employees.has(properties.sender)
      return {
        id,
        at,
        name: groupMessageSent.name,
        properties: byEmployee ? { ...properties, byEmployee } : properties,
        ...(byEmployee ? {} : { person: properties.sender }),
      }
    }),
  )
  return { imported: fresh.size, updated: 0, unchanged: messages.length - fresh.size }
}

async function employeesAmong(ctx: Context, senders: readonly string[]): Promise<Set<string>> {
  const rows = await ctx.db
    .selectFrom('employeeAccounts')
    .select('userId')
    .where('tenantId', '=', ctx.tenantId)
    .where('userId', 'in', [...senders])
    .execute()
  return new Set(rows.map(({ userId }) => userId))
}
