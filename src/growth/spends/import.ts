import { sql } from 'kysely'
import { createChannel } from '#growth/channels/commands.ts'
import { NewChannel } from '#growth/channels/schema.ts'
import type { Context } from '#platform/context.ts'
import { isCurrency } from '#platform/currency.ts'
import { appError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { type Applied, type ImportKind, type ImportRun, importColumn } from '#platform/imports/kind.ts'
import { isNegative } from '#platform/imports/mapping.ts'
import { toMinor } from '#platform/money.ts'
import { dayOf } from '#platform/time.ts'
import type { SpendKind } from './schema.ts'

type Row = { channel: string; day: string; kind: SpendKind; item: string; nth: number; currency: string; amount: number }

const kinds: Record<SpendKind, RegExp> = {
  media: /^(媒体|投放|广告|媒体投放|广告费|media|ads?|advertising)$/i,
  content: /^(内容|内容制作|素材|达人|kol|content)$/i,
  prizes: /^(奖品|礼品|prizes?|gifts?)$/i,
  red_packets: /^(红包|red[ _]packets?)$/i,
  coupons: /^(优惠券|券|coupons?)$/i,
  commission: /^(佣金|提成|commissions?)$/i,
  points: /^(积分|points?)$/i,
  labour: /^(人力|人工|工资|labou?r)$/i,
  other: /^(其他|其它|other)$/i,
}

/**
 * What channels cost, a row a channel, day and kind of cost. Equal rows of a file are separate costs, as equal lines of an
 * order are; a file that is imported again changes nothing, a corrected one corrects.
 */
export const spendImport: ImportKind = {
  name: 'spend',
  title: { zh: '渠道花费', en: 'Spend' },
  columns: [
    importColumn('channel', '渠道', 'Channel', ['渠道名称', '投放渠道', '来源渠道', '媒体', 'source'], { required: true }),
    importColumn('day', '日期', 'Day', ['投放日期', '消耗日期', '时间', 'date'], { required: true }),
    importColumn('amount', '花费', 'Spend', ['消耗', '金额', '费用', '花费金额', '投放金额', '成本', 'cost', 'amount'], { required: true }),
    importColumn('kind', '费用类型', 'Kind', ['花费类型', '类型', 'type', 'cost type']),
    importColumn('item', '计划', 'Item', ['广告计划', '计划名称', '项目', '备注', 'campaign', 'plan', 'note']),
    importColumn('currency', '币种', 'Currency', ['货币']),
  ],
  prepare: async (_ctx, setup): Promise<ImportRun<Row>> => {
    const [channel, item, kind, currency] = [
      setup.text('channel', 400),
      setup.text('item', 200),
      setup.text('kind', 40),
      setup.text('currency', 10),
    ]
    const [day, amount] = [setup.date('day'), setup.decimal('amount')]
    const seen = new Map<string, number>()
    return {
      read(row) {
        const [at, major] = [day(row), amount(row)]
        const cost = {
          channel: pathOf(channel(row)),
          day: at ? dayOf(at, setup.timezone) : refuse('cell.empty', 'The row has no day.', 'day'),
          kind: kindOf(kind(row)),
          item: item(row),
          currency: currencyOf(currency(row), setup.currency),
        }
        if (!major) return refuse('amount.missing', 'The row has no amount.', 'amount')
        if (isNegative(major)) return refuse('amount.negative', 'What was spent is not negative.', 'amount')
        const key = JSON.stringify(cost)
        const nth = (seen.get(key) ?? 0) + 1
        seen.set(key, nth)
        return { ...cost, nth, amount: toMinor(major, cost.currency, 'amount') }
      },
      apply: applySpends,
    }
  },
}

function refuse(code: string, message: string, field: string): never {
  throw appError(code, { message, field })
}

/** `抖音/信息流`: names from the root down. */
function pathOf(text: string): string {
  const names = text.split('/').map((name) => name.trim())
  if (text === '' || names.some((name) => name === '' || name.length > 60))
    return refuse('channel.invalid', 'A channel is a name, or names from the root down: 抖音/信息流.', 'channel')
  return names.join('/')
}

function kindOf(text: string): SpendKind {
  if (text === '') return 'media'
  for (const [kind, words] of Object.entries(kinds)) if (words.test(text)) return kind as SpendKind
  return refuse(
    'spend.kind_unknown',
    `"${text.slice(0, 20)}" is no kind of cost: 媒体, 内容, 奖品, 红包, 优惠券, 佣金, 积分, 人力, 其他.`,
    'kind',
  )
}

function currencyOf(text: string, usual: string): string {
  const currency = text.toUpperCase() || usual
  return isCurrency(currency) ? currency : refuse('currency.invalid', 'A currency is three capital letters, such as CNY.', 'currency')
}

async function applySpends(ctx: Context, rows: readonly Row[]): Promise<Applied> {
  const channels = await channelsOf(ctx, [...new Set(rows.map(({ channel }) => channel))])
  const rejected = rows.flatMap(({ channel }, index) => (channels.get(channel) === 'several' ? [{ index, error: ambiguous(channel) }] : []))
  const known = rows.flatMap(({ channel, ...row }) => {
    const id = channels.get(channel)
    return typeof id === 'number' ? [{ ...row, channel: id }] : []
  })
  const { rows: written } = await sql<{ inserted: boolean }>`
    insert into channel_spends as s (tenant_id, channel_id, day, kind, item, nth, currency, amount_minor, changed_at)
    select ${ctx.tenantId}, channel, day, kind, item, nth, currency, amount, ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify(known)}::jsonb) as g(channel int, day date, kind text, item text, nth int, currency text, amount bigint)
    order by channel, day, kind, item, nth, currency
    on conflict (tenant_id, channel_id, day, kind, item, nth, currency) do update set amount_minor = excluded.amount_minor, changed_at = excluded.changed_at
    where s.amount_minor <> excluded.amount_minor
    returning (xmax = 0) as inserted`.execute(ctx.db)
  const imported = written.filter(({ inserted }) => inserted).length
  return { imported, updated: written.length - imported, unchanged: known.length - written.length, rejected }
}

const ambiguous = (channel: string) =>
  appError('channel.ambiguous', {
    message: `Several channels are called "${channel}". Write the names from the root down: 抖音/信息流.`,
    field: 'channel',
  })

/** By path from the root, or by the name alone where only one channel has it. One that is not there yet is made. */
async function channelsOf(ctx: Context, paths: readonly string[]): Promise<Map<string, number | 'several'>> {
  const { rows } = await sql<{ id: number; path: string; name: string }>`
    with recursive line as (
      select id, name, name as path from channels where tenant_id = ${ctx.tenantId} and parent_id is null
      union all
      select c.id, c.name, l.path || '/' || c.name from line l join channels c on c.tenant_id = ${ctx.tenantId} and c.parent_id = l.id
    )
    select id, name, path from line`.execute(ctx.db)
  const byPath = new Map(rows.map(({ path, id }) => [path, id]))
  const byName = Map.groupBy(rows, ({ name }) => name)
  const found = new Map<string, number | 'several'>()
  for (const path of paths) {
    const named = byName.get(path) ?? []
    const only = named.length > 1 ? 'several' : named[0]?.id
    found.set(path, byPath.get(path) ?? only ?? (await makeChannel(ctx, path, byPath)))
  }
  return found
}

async function makeChannel(ctx: Context, path: string, byPath: Map<string, number>): Promise<number> {
  let parent: number | undefined
  let made = ''
  for (const name of path.split('/')) {
    made = made === '' ? name : `${made}/${name}`
    const parentId = parent === undefined ? null : publicId(ctx, 'cha', parent)
    parent = byPath.get(made) ?? (await createChannel(ctx, NewChannel.parse({ name, parentId })))
    byPath.set(made, parent)
  }
  return parent ?? 0
}
