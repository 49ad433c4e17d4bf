import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#app/ports.ts'
import { type ClickHouse, openClickHouse } from '#platform/clickhouse.ts'
import { startClickHouse } from '#platform/embedded/clickhouse.ts'

/** An engine that is a cluster of two shards, both itself; `plainUrl` is a database on it as everybody has it. */
export type TwoShards = { plainUrl: string; shard(): Promise<ClickHouse>; stop(): Promise<void> }

const config = (port: number): string => {
  const shard = `<shard><replica><host>127.0.0.1</host><port>${port}</port></replica></shard>`
  return `<clickhouse>
  <tcp_port>${port}</tcp_port>
  <listen_host>127.0.0.1</listen_host>
  <remote_servers><two>${shard}${shard}</two></remote_servers>
</clickhouse>
`
}

export async function startTwoShards(): Promise<TwoShards> {
  const folder = mkdtempSync(join(tmpdir(), 'liuliang-shards-'))
  const configFile = join(folder, 'cluster.xml')
  writeFileSync(configFile, config(await freePort()))
  const engine = await startClickHouse(folder, { configFile })
  const url = (database: string) => new URL(`/${database}`, engine.url).href
  const opened: ClickHouse[] = []
  return {
    plainUrl: url('plain'),
    shard: async () => {
      const server = openClickHouse(url('default'))
      await server.command('create database sharded')
      await server.close()
      const sharded = openClickHouse(url('sharded'))
      opened.push(sharded)
      for (const statement of await statementsFor(sharded)) await sharded.command(statement)
      return sharded
    },
    stop: async () => {
      for (const one of opened) await one.close()
      await engine.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const mine = 'person % 2 = shardNum() - 1'

/** What a shard holds of each divided table. A bitmap of the shard's own people is made of the shard's own events. */
// Computed columns are not part of `*`.
const divided: Record<string, string> = {
  events: `select *, channel, code, ord, amount, currency, product from plain.events where ${mine}`,
  active: `select tenant, arrayJoin(['*', toString(name)])::LowCardinality(String) as name, day, groupBitmapStateIf(person, person > 0) as persons, count() as events
    from plain.events where ${mine} group by tenant, name, day`,
  person_day: `select * from plain.person_day where ${mine}`,
  trails: `select * from plain.trails where ${mine}`,
}

/** Divided tables as Distributed over views that show a shard its part; everything else stands whole on every shard. */
async function statementsFor(sharded: ClickHouse): Promise<string[]> {
  const tables = await sharded.rows<{ name: string }>(
    "select name from system.tables where database = 'plain' and engine like '%MergeTree' and name != 'schema_migrations'",
  )
  return tables.flatMap(({ name }) =>
    divided[name] === undefined
      ? [`create table ${name} as plain.${name} engine = Merge('plain', '^${name}$')`]
      : [
          `create view ${name}_local as ${divided[name]}`,
          `create table ${name} as plain.${name} engine = Distributed('two', 'sharded', '${name}_local')`,
        ],
  )
}
