import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyzeEvents } from '#insight/analyze/analyze.ts'
import { groupMessagesImport } from '#insight/group-messages/import.ts'
import type { InfluenceResult } from '#insight/reports/influence/schema.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import type { Context } from '#platform/context.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { importFile } from '#platform/imports/engine.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

const data = join(import.meta.dirname, '../../../shared/data')
type Row = Record<string, string>
const read = (path: string): Row[] => {
  const bytes = readFileSync(join(data, path))
  return parse(path.endsWith('.gz') ? gunzipSync(bytes) : bytes, { columns: true }) as Row[]
}

describe.skipIf(!existsSync(data))('influence in real graphs', () => {
  let workspace: TestWorkspace
  beforeAll(async () => {
    workspace = await openTestWorkspace()
  })

  const analyze = async (ctx: Context, report: object, lines?: AsyncIterable<string>): Promise<InfluenceResult> => {
    const settle = async () => {
      while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
    }
    return (await analyzeEvents({ installation: workspace, settle }, ctx, { type: 'influence', ...report }, lines)) as InfluenceResult
  }

  const bring = async (ctx: Context, rows: readonly Row[]) => {
    const path = join(mkdtempSync(join(tmpdir(), 'liuliang-influence-')), 'messages.jsonl')
    writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'))
    return importFile(ctx, { kind: groupMessagesImport, path })
  }

  test('a karate club, as events that name the other', async () => {
    const edges = read('social-graphs/karate_edges.csv')
    async function* lines() {
      for (const { from, to } of edges)
        yield JSON.stringify({ person: from, event: 'member.knew', timestamp: '2026-01-02T00:00:00Z', properties: { to } })
    }
    const graphs = [{ event: 'member.knew', to: 'to' }]
    const { people, rows } = await analyze(await workspace.newTenant(), { graphs, directed: false, betweenness: true }, lines())
    expect(people).toBe(34)
    const top = rows.slice(0, 5).map(({ person, name, pageRank }) => [person ?? name, pageRank] as const)
    expect(top.map(([node]) => node)).toEqual(['34', '1', '33', '3', '2'])
    for (const [i, wanted] of [0.100919, 0.096997, 0.071693, 0.057079, 0.052877].entries()) expect(top[i]?.[1]).toBeCloseTo(wanted, 5)
    expect(rows[1]?.betweenness).toBeCloseTo(0.437635, 5)
    expect(rows[0]?.betweenness).toBeCloseTo(0.304075, 5)
  })

  test('a support channel, out of its messages', async () => {
    const ctx = await workspace.newTenant()
    const parents = new Map(read('ubuntu-irc/dev_replies.csv.gz').map((row) => [`${row.log} ${row.reply_line}`, row]))
    const messages = read('ubuntu-irc/dev_messages.csv.gz').filter(({ kind }) => kind !== 'system')
    const answers = read('ubuntu-irc/dev_replies.csv.gz').filter((row) => row.reply_line !== row.parent_line)
    expect([messages.length, parents.size > 0, answers.length]).toEqual([11_644, true, 2145])
    const linesOf = Map.groupBy(answers, (row) => `${row.log} ${row.reply_line}`)
    // A line that answers several others is told once for each, under an id of its own.
    const rows = messages.flatMap(({ log = '', line = '', sender = '' }, i): Row[] => {
      const said = { group: log, sender, time: String(1_767_319_200 + i) }
      const [first, ...more] = linesOf.get(`${log} ${line}`) ?? []
      const told = (id: string, answer: Row | undefined) => ({ ...said, id, ...(answer ? { reply_to: answer.parent_line ?? '' } : {}) })
      return [told(line, first), ...more.map((answer, n) => told(`${line}+${n}`, answer))]
    })
    expect((await bring(ctx, rows)).rejected).toBe(0)
    const { pairs, links, rows: ranked } = await analyze(ctx, {})
    expect({ pairs, links }).toEqual({ pairs: 651, links: 1568 })
    expect(ranked.slice(0, 4).map(({ person }) => person)).toEqual(['ActionParsnip', 'bob2', 'ubottu', 'microhaxo'])
    for (const [i, wanted] of [0.037202, 0.023308, 0.021175, 0.019226].entries()) expect(ranked[i]?.pageRank).toBeCloseTo(wanted, 5)
    const received = ranked.toSorted((one, other) => other.received - one.received).slice(0, 3)
    expect(received.map(({ person, received }) => [person, received])).toEqual([
      ['ActionParsnip', 88],
      ['bob2', 53],
      ['microhaxo', 43],
    ])
  })

  test('trees of reposts: size, people, depth, and how many direct', async () => {
    const ctx = await workspace.newTenant()
    // A repost that the file tells twice, once without its parent, is told best by the row that has it.
    const reposts = read('weibo-cascades/dev_reposts.csv.gz').toSorted((one, other) => Number(!one.parent_mid) - Number(!other.parent_mid))
    const rows = reposts.map(({ cascade_id = '', mid = '', parent_mid = '', uid = '', posted_at = '' }) => ({
      group: cascade_id,
      sender: uid,
      // Seven rows leave out the year.
      time: posted_at.replace(/^(\d+)月(\d+)日/, '2016-$1-$2'),
      id: mid,
      reply_to: parent_mid,
    }))
    expect(await bring(ctx, rows)).toMatchObject({ read: 66_645, rejected: 0 })
    const { trees } = await analyze(ctx, { trees: true, limit: 1 })
    expect(trees).toHaveLength(172)
    expect(Math.max(...(trees ?? []).map(({ depth }) => depth))).toBe(59)
    // 964 and 957 rows; three of the first are told twice.
    expect(trees?.slice(0, 2)).toEqual([
      { chat: '3280', messages: 961, people: 941, depth: 6, direct: 739 },
      { chat: '4060', messages: 957, people: 942, depth: 7, direct: 718 },
    ])
  })
})
