import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { addDays, dayRange } from '#platform/time.ts'
import { readStores } from '../../stores/dirty.ts'
import { rankHighValue } from '../high-value/query.ts'
import { highValueReport } from '../high-value/schema.ts'
import { layeredPeople, layerOf } from '../layers/query.ts'
import { layersReport } from '../layers/schema.ts'
import { runQuadrant } from '../quadrant/query.ts'
import { quadrantReport } from '../quadrant/schema.ts'
import { runRfm } from '../rfm/query.ts'
import { rfmGroups } from '../rfm/rfm.ts'
import { rfmReport } from '../rfm/schema.ts'
import type { Scope } from '../scope.ts'
import { scoredOnce, scoreOf } from '../score/query.ts'
import { readSettings } from '../settings/settings.ts'
import { bindings } from '../sql.ts'
import { compareSql, meets } from './compare.ts'
import type { LeafOf } from './leaves.ts'
import type { PeopleFact } from './node.ts'
import type { Resolving } from './resolve.ts'

// Where somebody stands among all others, or in the company's layers, is no fact of their own: the report itself is asked, of
// everybody, whoever asks, so that a condition holds exactly for the people of the report's cell.

/** Leaves say less than documents: what they leave out is the report's own default. */
const said = (leaf: object): object => Object.fromEntries(Object.entries(leaf).filter(([, value]) => value !== undefined))

const documentOf = ({ moment }: Resolving, type: string, asked: object): object => ({
  type,
  asOf: moment.today,
  currency: moment.currency,
  ...said(asked),
})

/** Everybody who fits, and for one person what the report said of them. */
function ranked<Row extends { person: string }>(rows: readonly Row[], fits: (row: Row) => boolean): PeopleFact {
  const all = new Map(rows.map(({ person, ...row }) => [Number(person), row]))
  return {
    kind: 'people',
    ids: rows.filter(fits).map(({ person }) => Number(person)),
    tell: async (person) => all.get(person) ?? null,
  }
}

export async function rfmPeople(resolving: Resolving, { groups, ...asked }: LeafOf<'rfm'>, path: string): Promise<PeopleFact> {
  const known = new Set<string>(rfmGroups.map(({ name }) => name))
  const wrong = groups.findIndex((group) => !known.has(group))
  if (wrong >= 0)
    throw appError('segment.no_such_group', {
      message: `The groups are ${rfmGroups.map(({ name }) => name).join(', ')}.`,
      field: `${path}.groups.${wrong}`,
    })
  const report = rfmReport.parse({ ...documentOf(resolving, 'rfm', asked), rows: true })
  const { rows = [] } = await runRfm(await everybody(resolving), report)
  return ranked(rows, ({ group }) => groups.includes(group))
}

export async function quadrantPeople(resolving: Resolving, { quadrants, ...asked }: LeafOf<'quadrant'>): Promise<PeopleFact> {
  const report = quadrantReport.parse({ ...documentOf(resolving, 'quadrant', asked), rows: true })
  const { rows = [] } = await runQuadrant(await everybody(resolving), report)
  return ranked(rows, ({ quadrant }) => quadrants.includes(quadrant))
}

export async function highValuePeople(resolving: Resolving, { top, share, score, ...asked }: LeafOf<'high_value'>): Promise<PeopleFact> {
  const report = highValueReport.parse(documentOf(resolving, 'high_value', asked))
  const { scored } = await rankHighValue(await everybody(resolving), report)
  const rows = scored.map(({ who, ...row }, i) => ({ person: String(who), rank: i + 1, customers: scored.length, ...row }))
  const most = Math.min(top ?? Infinity, share === undefined ? Infinity : Math.ceil(share * scored.length - 1e-9))
  return ranked(rows, (row) => row.rank <= most && (score === undefined || meets(row.score, score)))
}

export async function layerPeople(
  resolving: Resolving,
  { layers, health, reasons, movedFrom, currency }: LeafOf<'layer'>,
): Promise<PeopleFact> {
  const scope = await everybody(resolving)
  const comparedTo = movedFrom && addDays(resolving.moment.today, -movedFrom.days)
  const report = layersReport.parse(documentOf(resolving, 'layers', { comparedTo, currency }))
  return {
    kind: 'people',
    ids: await layeredPeople(scope, report, { layers, health, reasons, from: movedFrom?.layers }),
    tell: (person) => layerOf(scope, report, person),
  }
}

export async function scorePeople(resolving: Resolving, { of, ...bounds }: LeafOf<'score'>): Promise<PeopleFact> {
  const { today, zone } = resolving.moment
  const scope = await everybody(resolving)
  const { to } = dayRange(today, today, zone)
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select who from ${scoredOnce(bind, scope, of, to)} where score is not null and ${compareSql(bind, 'score', bounds)}`,
  })
  return { kind: 'people', ids: rows.map(({ who }) => who), tell: (person) => scoreOf(scope, of, person, to) }
}

/** Everybody, called by their numbers. */
export async function everybody({ ctx, moment }: Pick<Resolving, 'ctx' | 'moment'>): Promise<Scope> {
  return {
    ctx,
    calendar: { timezone: moment.zone, weekStart: 'monday' },
    stores: await readStores(ctx),
    settings: await readSettings(ctx),
    answeredBy: () => undefined,
    currency: moment.currency,
    ask: (question) => ctx.clickhouse.ask(question),
    scan: ({ where }) => ({ tenantId: ctx.tenantId, where }),
    nameOf: String,
    personOf: Number,
  }
}
