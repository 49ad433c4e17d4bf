import { z } from 'zod'
import { layeredPeople } from '../layers/query.ts'
import { layerKeys, layerNames } from '../layers/rules.ts'
import { layersReport } from '../layers/schema.ts'
import { scanLines } from '../order-lines.ts'
import { runQuadrant } from '../quadrant/query.ts'
import { quadrantReport, quadrants } from '../quadrant/schema.ts'
import { runRfm } from '../rfm/query.ts'
import { rfmGroups } from '../rfm/rfm.ts'
import { rfmReport } from '../rfm/schema.ts'
import { bitsOf, bytesOf, countBits, has } from '../segment/bits.ts'
import { scanOf } from '../segment/event-people.ts'
import { ordersSql } from '../segment/orders-people.ts'
import type { Rule } from '../segment/rule.ts'
import { everybody } from '../segment/standings.ts'
import { bindings, bitsSql, scanEvents } from '../sql.ts'
import { daysBefore, productTitles } from './deeds.ts'
import { figuresOf } from './figures.ts'
import type { MatrixKind, PortraitResult } from './schema.ts'
import type { Sets } from './sets.ts'

const Row = z.object({ product: z.string(), counts: z.array(z.number()), all: z.number() })

/**
 * How many of each RFM group, layer or quadrant bought each product: a group's share against that of everybody grouped among those
 * the portrait is of. Groups are told among all customers of the company.
 */
export async function readMatrix(sets: Sets, of: Rule, limit: number, kind: MatrixKind): Promise<NonNullable<PortraitResult['matrix']>> {
  const groups = await readGroups(sets, kind)
  const bind = bindings()
  const { moment } = sets.asking
  const inGroup = groups.map(({ bits }) => (countBits(bits) === 0 ? '0' : `who in ${bitsSql(bytesOf(bits))}`))
  const rows = await sets.asking.ctx.clickhouse.ask({
    params: bind.params,
    row: Row,
    sql: `select arrayJoin(arrayDistinct(bought)) as product, [${inGroup.map((one) => `uniqExactIf(who, ${one})`).join(', ')}] as counts, uniqExact(who) as all
      from ${ordersSql(bind, sets.asking, { from: undefined, to: moment.at.getTime(), currency: moment.currency, products: undefined })}
      where isOrder and who in ${sets.of.bytes.length === 0 ? '(0)' : bitsSql(sets.of.bytes)} group by product order by all desc, product limit ${bind.integer(limit)}`,
  })
  const buyers = groups.reduce((sum, { bits }) => sum + countBits(bits), 0)
  const products = rows.map(({ product }) => product)
  const [titles, looked, returned] = await Promise.all([
    productTitles(sets, products),
    readLooked(sets, products, inGroup),
    readReturned(sets, products, inGroup),
  ])
  return {
    columns: groups.map(({ name, nameEn, bits }) => ({ name, nameEn, count: countBits(bits) })),
    rows: rows.map(({ product, counts, all }) => ({
      product,
      title: titles.get(product) ?? product,
      count: all,
      cells: groups.map(({ leaf, bits }, i) => ({
        ...figuresOf({ count: counts[i] ?? 0, baseCount: all }, { of: countBits(bits), base: buyers, few: sets.few }),
        viewers: looked.get(product)?.viewers[i] ?? 0,
        viewToOrder: shareOf(looked.get(product)?.bought[i] ?? 0, looked.get(product)?.viewers[i] ?? 0),
        refunded: returned.get(product)?.refunded[i] ?? 0,
        refundShare: shareOf(returned.get(product)?.refunded[i] ?? 0, counts[i] ?? 0),
        rule: { and: [of, leaf, { orders: { products: [product] } }] },
      })),
    })),
  }
}

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

const Looked = z.object({ product: z.string(), viewers: z.array(z.number()), bought: z.array(z.number()) })

/** Of each group, who looked at each product within the days of behaviour, and who of them bought it at that time or later. */
async function readLooked(sets: Sets, products: string[], inGroup: readonly string[]): Promise<Map<string, z.infer<typeof Looked>>> {
  const bind = bindings()
  const { moment, ctx } = sets.asking
  const views = scanEvents(bind, { ...scanOf(sets.asking, daysBefore(sets)), names: ['product.viewed'] })
  const orders = ordersSql(bind, sets.asking, { from: undefined, to: moment.at.getTime(), currency: moment.currency, products: undefined })
  const each = (condition: string) => `[${inGroup.map((one) => `countIf(${one} and ${condition})`).join(', ')}]`
  const rows = await ctx.clickhouse.ask({
    params: bind.params,
    row: Looked,
    sql: `select product, ${each('1')} as viewers, ${each('arrayExists(m -> m >= first, paid)')} as bought
      from (select v.who as who, v.product as product, v.first as first, b.paid as paid
        from (select who, product, min(ms) as first from ${views} where who != 0 and product in ${bind.texts(products)} group by who, product) as v
        left any join (select who, arrayJoin(arrayDistinct(bought)) as product, groupArray(ms) as paid from ${orders} where isOrder group by who, product) as b
        on v.who = b.who and v.product = b.product)
      group by product`,
  })
  return new Map(rows.map((row) => [row.product, row]))
}

const Returned = z.object({ product: z.string(), refunded: z.array(z.number()) })

/** Of each group, who got money back for each product, ever. */
async function readReturned(sets: Sets, products: string[], inGroup: readonly string[]): Promise<Map<string, z.infer<typeof Returned>>> {
  const bind = bindings()
  const { moment, ctx } = sets.asking
  const lines = scanLines(bind, { tenantId: ctx.tenantId, to: new Date(moment.at.getTime() + 1), currency: moment.currency }, 'refunded')
  const rows = await ctx.clickhouse.ask({
    params: bind.params,
    row: Returned,
    sql: `select product, [${inGroup.map((one) => `uniqExactIf(who, ${one})`).join(', ')}] as refunded
      from ${lines} where who != 0 and amount > 0 and product in ${bind.texts(products)} group by product`,
  })
  return new Map(rows.map((row) => [row.product, row]))
}

type Group = { name: string; nameEn: string; bits: Uint32Array; leaf: Rule }

/** Everybody of the portrait by where they stand, each group with the condition that means it. */
async function readGroups(sets: Sets, kind: MatrixKind): Promise<Group[]> {
  const { moment } = sets.asking
  const scope = await everybody(sets.asking)
  const asked = { asOf: moment.today, currency: moment.currency }
  const among = (ids: readonly number[]) => bitsOf(ids.filter((id) => has(sets.of.bits, id)))
  if (kind === 'layers') {
    const report = layersReport.parse({ type: 'layers', ...asked })
    return Promise.all(
      layerKeys.map(async (key) => ({
        ...layerNames[key],
        bits: among(await layeredPeople(scope, report, { layers: [key] })),
        leaf: { layer: { layers: [key] } },
      })),
    )
  }
  if (kind === 'quadrant') {
    const { rows = [] } = await runQuadrant(scope, quadrantReport.parse({ type: 'quadrant', rows: true, ...asked }))
    const of = (key: string) => among(rows.flatMap((row) => (row.quadrant === key ? [Number(row.person)] : [])))
    return quadrants.map(({ key, name, nameEn }) => ({ name, nameEn, bits: of(key), leaf: { quadrant: { quadrants: [key] } } }))
  }
  const { rows = [] } = await runRfm(scope, rfmReport.parse({ type: 'rfm', rows: true, ...asked }))
  const of = (name: string) => among(rows.flatMap((row) => (row.group === name ? [Number(row.person)] : [])))
  return rfmGroups.map(({ name, nameEn }) => ({ name, nameEn, bits: of(name), leaf: { rfm: { groups: [name] } } }))
}
