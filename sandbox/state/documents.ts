// Things that are kept as the API gave them: a row each with the body as JSON, found by an id of their own, taken away by a mark.
import type { z } from 'zod'
import type { Param } from './store.ts'
import { type Note, now, publish, type World } from './world.ts'

export type Document<Body, Name extends string> = { id: number; corpId: string; body: Body; createdAt: number } & Record<Name, string>
type Row = { id: number; corp_id: string; key: string; body: string; created_at: number }

/** Table and columns are names of our own schema, never anything given. `name` is what the key is called outside. */
type Kept<Schema extends z.ZodType, Name extends string> = { table: string; column: string; name: Name; body: Schema; kind: Note['kind'] }

export function documents<Schema extends z.ZodType, Name extends string>({ table, column, name, body: schema, kind }: Kept<Schema, Name>) {
  type Body = z.infer<Schema>
  type It = Document<Body, Name>
  const select = `SELECT id, corp_id, ${column} AS key, body, created_at FROM ${table} WHERE deleted = 0`
  const make = (id: number, corpId: string, key: string, body: Body, createdAt: number): It =>
    ({ id, corpId, body, createdAt, [name]: key }) as It
  const read = (row: Row): It => make(row.id, row.corp_id, row.key, schema.parse(JSON.parse(row.body)) as Body, row.created_at)
  const where = (world: World, condition: string, ...params: Param[]): It[] =>
    world.store.all<Row>(`${select} AND ${condition}`, ...params).map(read)
  return {
    where,
    /** `more`: columns that only this table has. */
    add(world: World, corpId: string, key: string, body: Body, more: Record<string, string | number> = {}): It {
      const at = now(world)
      const names = ['corp_id', column, 'body', 'created_at', ...Object.keys(more)]
      const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`
      const { lastId } = world.store.run(sql, corpId, key, JSON.stringify(body), at, ...Object.values(more))
      publish(world, { kind })
      return make(lastId, corpId, key, body, at)
    },
    find: (world: World, key: string): It | undefined => where(world, `${column} = ?`, key)[0],
    /** This company's; another one's is unknown. */
    own: (world: World, corpId: string, key: string): It | undefined => where(world, `corp_id = ? AND ${column} = ?`, corpId, key)[0],
    /** Of this company, in the order of their making, the ones after `afterId`. */
    list: (world: World, corpId: string, afterId = 0, limit = -1): It[] =>
      where(world, 'corp_id = ? AND id > ? ORDER BY id LIMIT ?', corpId, afterId, limit),
    newest: (world: World, corpId: string | undefined, limit: number): It[] =>
      where(world, '(?1 IS NULL OR corp_id = ?1) ORDER BY id DESC LIMIT ?2', corpId ?? null, limit),
    change(world: World, it: It, body: Body): void {
      world.store.run(`UPDATE ${table} SET body = ? WHERE id = ?`, JSON.stringify(body), it.id)
      publish(world, { kind })
    },
    remove(world: World, it: It): void {
      world.store.run(`UPDATE ${table} SET deleted = 1 WHERE id = ?`, it.id)
      publish(world, { kind })
    },
  }
}
