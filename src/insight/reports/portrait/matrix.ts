import { z } from 'zod'
import { runRfm } from '../rfm/query.ts'
import { rfmGroups } from '../rfm/rfm.ts'
import { rfmReport } from '../rfm/schema.ts'
import { bitsOf, bytesOf, countBits, has } from '../segment/bits.ts'
import { ordersSql } from '../segment/orders-people.ts'
import type { Rule } from '../segment/rule.ts'
import { everybody } from '../segment/standings.ts'
import { bindings, bitsSql } from '../sql.ts'
import { productTitles } from './deeds.ts'
import { figuresOf } from './figures.ts'
import type { PortraitResult } from './schema.ts'
import type { Sets } from './sets.ts'

const Row = z.object({ product: z.string(), counts: z.array(z.number()), all: z.number() })

/**
 * How many of each RFM group bought each product: a group's share against that of all buyers among those the portrait is of. Groups
 * are scored among all buyers of the company.
 */
export async function readMatrix(sets: Sets, of: Rule, limit: number): Promise<NonNullable<PortraitResult['matrix']>> {
  const layers = await readLayers(sets)
  const bind = bindings()
  const { moment } = sets.asking
  const inLayer = layers.map(({ bits }) => (countBits(bits) === 0 ? '0' : `who in ${bitsSql(bytesOf(bits))}`))
  const rows = await sets.asking.ctx.clickhouse.ask({
    params: bind.params,
    row: Row,
    sql: `select arrayJoin(arrayDistinct(bought)) as product, [${inLayer.map((one) => `uniqExactIf(who, ${one})`).join(', ')}] as counts, uniqExact(who) as all
      from ${ordersSql(bind, sets.asking, { from: undefined, to: moment.at.getTime(), currency: moment.currency, products: undefined })}
      where isOrder and who in ${sets.of.bytes.length === 0 ? '(0)' : bitsSql(sets.of.bytes)} group by product order by all desc, product limit ${bind.integer(limit)}`,
  })
  const buyers = layers.reduce((sum, { bits }) => sum + countBits(bits), 0)
  const titles = await productTitles(
    sets,
    rows.map(({ product }) => product),
  )
  return {
    columns: layers.map(({ name, nameEn, bits }) => ({ name, nameEn, count: countBits(bits) })),
    rows: rows.map(({ product, counts, all }) => ({
      product,
      title: titles.get(product) ?? product,
      count: all,
      cells: layers.map(({ name, bits }, i) => ({
        ...figuresOf({ count: counts[i] ?? 0, baseCount: all }, { of: countBits(bits), base: buyers, few: sets.few }),
        rule: { and: [of, { rfm: { groups: [name] } }, { orders: { products: [product] } }] },
      })),
    })),
  }
}

async function readLayers(sets: Sets) {
  const { moment } = sets.asking
  const report = rfmReport.parse({ type: 'rfm', rows: true, asOf: moment.today, currency: moment.currency })
  const { rows = [] } = await runRfm(await everybody(sets.asking), report)
  return rfmGroups.map(({ name, nameEn }) => ({
    name,
    nameEn,
    bits: bitsOf(
      rows.filter(({ group, person }) => group === name && has(sets.of.bits, Number(person))).map(({ person }) => Number(person)),
    ),
  }))
}
