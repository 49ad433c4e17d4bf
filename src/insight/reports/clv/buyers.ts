import { z } from 'zod'
import { addDays, dayRange } from '#platform/time.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { purchasesSql } from './purchases.ts'
import type { ClvReport } from './schema.ts'

/** Customers who are alike in days. `spent` and `most` are minor units of the `priced` ones, whose repeat purchases had a price. */
export type History = {
  x: number
  recencyDays: number
  ageDays: number
  customers: number
  /** Their purchase days in the hold-out. */
  later: number
  priced: number
  spent: number
  most: number
}
/** Repeat buyers who are alike in number and sum of their repeat purchases. */
export type Spending = { x: number; spent: number; customers: number }
export type Buyers = { histories: History[]; spendings: Spending[]; unpriced: number; currencies: string[] }
export type Buyer = Pick<History, 'x' | 'recencyDays' | 'ageDays' | 'spent'> & { who: number }
type Span = { cut: string; holdoutEnd: string }

const numbers = z.array(z.number())
const Columns = z.object({
  isSpending: numbers,
  x: numbers,
  one: numbers,
  other: numbers,
  customers: numbers,
  later: numbers,
  priced: numbers,
  spent: numbers,
  most: numbers,
  unpriced: z.number(),
  currencies: z.array(z.string()),
})

/** A million rows come as columns of so many, which are read in a fraction of the time that as many objects take. */
const rowsInBlock = 50_000

/**
 * Everybody who bought until the cut, folded twice in one pass: by days for the model of purchases, by sums for the model of
 * amounts. Both likelihoods ask for no more, and a million people have far fewer of either.
 */
export async function readBuyers(scope: Scope, report: ClvReport, span: Span): Promise<Buyers> {
  const bind = bindings()
  const blocks = await scope.ask({
    params: bind.params,
    row: Columns,
    sql: `select ${['isSpending', 'x', 'one', 'other', 'customers', 'later', 'priced', 'spent', 'most'].map((name) => `groupArray(f.${name}) as ${name}`).join(', ')},
        sum(f.unpriced) as unpriced, groupUniqArrayArray(5)(f.currencies) as currencies
      from (
        select key.1 as isSpending, key.2 as x, key.3 as one, key.4 as other, count() as customers, sum(held) as later,
          countIf(isPriced) as priced, sumIf(p.spent, isPriced) as spent, maxIf(p.spent, isPriced) as most, countIf(p.unknown) as unpriced,
          groupUniqArrayArray(5)(p.currencies) as currencies
        from (
          select *, x > 0 and spent > 0 as isPriced,
            arrayJoin(arrayConcat([(0, x, toInt64(recencyDays), toInt64(ageDays))], if(isPriced, [(1, x, toInt64(spent), toInt64(0))], []))) as key
          from ${peopleSql(bind, scope, report, span)}
        ) as p group by key
      ) as f group by intDiv(rowNumberInAllBlocks(), ${rowsInBlock})`,
  })
  return {
    histories: blocks.flatMap(historiesOf).sort(byHistory),
    spendings: blocks.flatMap(spendingsOf).sort((a, b) => a.x - b.x || a.spent - b.spent),
    // Counted in both folds, except that nobody unpriced has a sum.
    unpriced: blocks.reduce((sum, { unpriced }) => sum + unpriced, 0),
    currencies: [...new Set(blocks.flatMap(({ currencies }) => currencies))],
  }
}

type Block = z.infer<typeof Columns>

const at = (list: readonly number[], i: number): number => list[i] ?? 0

const historiesOf = (block: Block): History[] =>
  block.x.flatMap((x, i) =>
    at(block.isSpending, i) === 1
      ? []
      : [
          {
            x,
            recencyDays: at(block.one, i),
            ageDays: at(block.other, i),
            customers: at(block.customers, i),
            later: at(block.later, i),
            priced: at(block.priced, i),
            spent: at(block.spent, i),
            most: at(block.most, i),
          },
        ],
  )

const spendingsOf = (block: Block): Spending[] =>
  block.x.flatMap((x, i) => (at(block.isSpending, i) === 1 ? [{ x, spent: at(block.one, i), customers: at(block.customers, i) }] : []))

/** Sums of fractions depend on their order; engines give rows in any. */
const byHistory = (a: History, b: History): number => a.x - b.x || a.recencyDays - b.recencyDays || a.ageDays - b.ageDays

/** Up to so many histories are named to ClickHouse; of more everybody is read. */
const mostNamed = 5000

const Person = z.object({ x: numbers, recencyDays: numbers, ageDays: numbers, spent: numbers, who: numbers })

/** The people of some histories; where a limit is given, of each history those who spent most. */
export async function readPeople(
  scope: Scope,
  report: ClvReport,
  span: Span,
  histories: readonly History[],
  limit?: number,
): Promise<Buyer[]> {
  if (histories.length === 0) return []
  const bind = bindings()
  const keys = histories.map(({ x, recencyDays, ageDays }) => `${x} ${recencyDays} ${ageDays}`)
  const named =
    keys.length > mostNamed ? '' : `where has(${bind.texts(keys)}, concat(toString(x), ' ', toString(recencyDays), ' ', toString(ageDays)))`
  const best = limit === undefined ? '' : `order by spent desc, who limit ${bind.integer(limit)} by x, recencyDays, ageDays`
  const columns = ['x', 'recencyDays', 'ageDays', 'spent', 'who']
  const blocks = await scope.ask({
    params: bind.params,
    row: Person,
    sql: `select ${columns.map((name) => `groupArray(f.${name}) as ${name}`).join(', ')}
      from (select ${columns.join(', ')} from ${peopleSql(bind, scope, report, span)} ${named} ${best}) as f
      group by intDiv(rowNumberInAllBlocks(), ${rowsInBlock})`,
  })
  return blocks.flatMap((block) =>
    block.who.map((who, i) => ({
      who,
      x: at(block.x, i),
      recencyDays: at(block.recencyDays, i),
      ageDays: at(block.ageDays, i),
      spent: at(block.spent, i),
    })),
  )
}

/** One row a buyer; `spent` is nought where the line's own amount of some repeat purchase is not known. */
function peopleSql(bind: Bindings, scope: Scope, report: ClvReport, { cut, holdoutEnd }: Span): string {
  const zone = bind.text(scope.calendar.timezone)
  const until = `toDate(${bind.text(cut)})`
  const { to } = dayRange(cut, holdoutEnd < cut ? cut : holdoutEnd, scope.calendar.timezone)
  const days = `select who, toDate(at, ${zone}) as day, sum(amount) as amount, max(isUnknown) as isUnknown, groupUniqArray(5)(currency) as currencies
      from ${purchasesSql(bind, scope, report, to)} where who != 0 group by who, day`
  return `(select who, min(day) as first, countIf(day <= ${until}) - 1 as x, dateDiff('day', first, maxIf(day, day <= ${until})) as recencyDays,
        dateDiff('day', first, ${until}) as ageDays, countIf(day > ${until}) as held, groupUniqArrayArray(5)(d.currencies) as currencies,
        maxIf(isUnknown, day > firstDay and day <= ${until}) as unknown,
        if(unknown, 0, sumIf(amount, day > firstDay and day <= ${until})) as spent
      from (select *, min(day) over (partition by who) as firstDay from (${days})) as d group by who having first <= ${until})`
}

/** The hold-out ends a horizon after the cut, or with the last whole day. */
export function holdoutOf(cut: string, horizonDays: number, lastDay: string): { end: string; days: number; complete: boolean } {
  const wanted = addDays(cut, horizonDays)
  const end = wanted < lastDay ? wanted : lastDay
  const days = Math.max(0, Math.round((Date.parse(end) - Date.parse(cut)) / 86_400_000))
  return { end, days, complete: days === horizonDays }
}
