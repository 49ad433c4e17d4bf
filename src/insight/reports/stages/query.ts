import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, matcherSql, namesOf, scanEvents } from '../sql.ts'
import { type Instants, stagePeopleSql } from './people.ts'
import { ladder, type Rung, type StageSettings, type StagesReport, type StagesResult, stages } from './schema.ts'
import { readStageSettings } from './settings.ts'

type Asked = { scope: Scope; report: StagesReport; settings: StageSettings; instants: Instants }

export async function runStages(scope: Scope, report: StagesReport): Promise<StagesResult> {
  const saved = (await readStageSettings(scope.ctx)).settings
  const dates = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const asked: Asked = {
    scope,
    report,
    settings: { ...saved, rules: report.rules ?? saved.rules, touchpoints: report.touchpoints ?? saved.touchpoints },
    // Nobody has fallen yet on a day that has not come.
    instants: { from: dates.from.getTime(), to: Math.min(dates.to.getTime(), scope.ctx.now().getTime() + 1) },
  }
  const [counted, touchpoints, seen] = await Promise.all([countPeople(asked), countTouchpoints(asked), seenEvents(asked)])
  return {
    ...counted,
    stages: counted.stages.map((one) => ({
      ...one,
      events: asked.settings.rules[one.stage].events.map(({ event }) => event),
      waiting: !asked.settings.rules[one.stage].events.some(({ event }) => event === '*' || seen.has(event)),
      sop: asked.settings.sops[one.stage] ?? null,
    })),
    touchpoints,
    ...(report.persons ? { persons: await listPersons(asked, report.persons) } : {}),
  }
}

const peopleSql = (bind: Bindings, { scope, report, settings, instants }: Asked): string =>
  stagePeopleSql(bind, scope.scan(report), settings.rules, instants)

const Counted = z.object({
  stages: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
  places: z.array(z.number()),
  persons: z.array(z.number()),
})

async function countPeople(asked: Asked) {
  const bind = bindings()
  const [from, to] = [bind.integer(asked.instants.from), bind.integer(asked.instants.to)]
  const one = stages.map((_, i) => {
    const both = isConverted(i)
    const took = `t${i} - t${i - 1}`
    const median = `(quantileExactLowIf(0.5)(${took}, ${both}) + quantileExactHighIf(0.5)(${took}, ${both})) / 2`
    return `(countIf(t${i} > 0), countIf(t${i} >= ${from} and t${i} < ${to}), countIf(${both}), ${i === 0 ? '0' : `if(countIf(${both}) = 0, 0, ${median})`})`
  })
  const [row] = await asked.scope.ask({
    params: bind.params,
    row: Counted,
    sql: `select arrayMap(s -> (s.1, s.2, s.3, toFloat64(s.4)), [${one.join(', ')}]) as stages,
        sumMap([toInt32((before + 2) * 16 + after + 2)], [toUInt64(1)]) as moved, moved.1 as places, moved.2 as persons from ${peopleSql(bind, asked)}`,
  })
  const flows = (row?.places ?? []).map((key, i) => ({
    from: placeOf(Math.floor(key / 16) - 2),
    to: placeOf((key % 16) - 2),
    persons: row?.persons[i] ?? 0,
  }))
  const stock = (side: 'from' | 'to', place: Place) => flows.reduce((sum, flow) => sum + (flow[side] === place ? flow.persons : 0), 0)
  return {
    stages: stages.map((stage, i) => {
      const [reached, entered, converted, median] = row?.stages[i] ?? [0, 0, 0, 0]
      const isRung = stage !== 'refer'
      return {
        stage,
        reached,
        entered,
        before: isRung ? stock('from', stage) : null,
        current: isRung ? stock('to', stage) : null,
        converted: isRung && i > 0 ? converted : null,
        medianHours: isRung && i > 0 && converted > 0 ? Math.round(median / 36_000) / 100 : null,
      }
    }),
    lost: { before: stock('from', 'lost'), current: stock('to', 'lost') },
    flows,
  }
}

type Place = StagesResult['flows'][number]['from']
const placeOf = (number: number): Place => (number === -2 ? 'none' : number === -1 ? 'lost' : (ladder[number] as Rung))
const numberOf = (place: Place): number => (place === 'none' ? -2 : place === 'lost' ? -1 : ladder.indexOf(place))

/** Whoever came to a stage from the one before it, at once or later. */
const isConverted = (i: number): string => (i === 0 ? '0' : `t${i - 1} > 0 and t${i} >= t${i - 1}`)

async function listPersons(asked: Asked, wanted: NonNullable<StagesReport['persons']>): Promise<string[]> {
  const bind = bindings()
  const rows = await asked.scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select who from ${peopleSql(bind, asked)} where ${wantedSql(bind, asked, wanted)} order by who`,
  })
  return rows.map(({ who }) => asked.scope.nameOf(who))
}

function wantedSql(bind: Bindings, { instants }: Asked, wanted: NonNullable<StagesReport['persons']>): string {
  if ('from' in wanted) return `before = ${numberOf(wanted.from)} and after = ${numberOf(wanted.to)}`
  const i = stages.indexOf(wanted.stage)
  switch (wanted.of) {
    case 'reached':
      return `t${i} > 0`
    case 'entered':
      return `t${i} >= ${bind.integer(instants.from)} and t${i} < ${bind.integer(instants.to)}`
    case 'current':
      return wanted.stage === 'refer' ? 't6 > 0' : `after = ${i}`
    case 'converted':
      return wanted.stage === 'refer' ? 't6 > 0' : isConverted(i)
    case 'stuck':
      return i >= ladder.length - 1 ? `t${i} > 0` : `t${i} > 0 and not (${isConverted(i + 1)})`
  }
}

const Touched = z.object({ volume: z.array(z.number()), persons: z.array(z.number()), last: z.array(z.number()) })

async function countTouchpoints({ scope, report, settings, instants }: Asked): Promise<StagesResult['touchpoints']> {
  const { touchpoints } = settings
  if (touchpoints.length === 0) return []
  const bind = bindings()
  const inDates = `ms >= ${bind.integer(instants.from)} and ms < ${bind.integer(instants.to)}`
  const fits = touchpoints.map((one) => matcherSql(bind, one))
  const each = (count: (fit: string) => string) => `[${fits.map((fit) => `toInt64(${count(fit)})`).join(', ')}]`
  const scan = { ...scope.scan(report), to: new Date(instants.to), names: namesOf(touchpoints), persons: askPersons(touchpoints) }
  const [row] = await scope.ask({
    params: bind.params,
    row: Touched,
    sql: `select ${each((fit) => `countIf((${fit}) and ${inDates})`)} as volume, ${each((fit) => `uniqExactIf(who, (${fit}) and ${inDates} and who != 0)`)} as persons,
        ${each((fit) => `maxIf(ms, ${fit})`)} as last from ${scanEvents(bind, scan)}`,
  })
  return touchpoints.map(({ stage, name, event }, i) => {
    const last = row?.last[i] ?? 0
    const lastSeen = last > 0 ? new Date(last).toISOString() : null
    return { stage, name, event, volume: row?.volume[i] ?? 0, persons: row?.persons[i] ?? 0, lastSeen }
  })
}

/** Which of the rules' events have come in at all, whoever they are of. */
async function seenEvents({ scope, settings, instants }: Asked): Promise<Set<string>> {
  const bind = bindings()
  const names = stages.flatMap((stage) => settings.rules[stage].events.map(({ event }) => event))
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ name: z.string() }),
    sql: `select distinct name from ${scanEvents(bind, { tenantId: scope.ctx.tenantId, to: new Date(instants.to), names })}`,
  })
  return new Set(rows.map(({ name }) => name))
}
