// Faults, clock, limits, habits, and the records of what went in and out.
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { z } from 'zod'
import { revokeTokens } from '../api/tokens.ts'
import { push } from '../callbacks/events.ts'
import { Faults, Habits, Limits } from '../state/settings.ts'
import { changeSetting, type Note, now, publish, type World } from '../state/world.ts'
import { check, corpOf, fail, Limit, readBody, readQuery } from './errors.ts'

const clockMostSeconds = 366 * 24 * 3600

export function switchRoutes(world: World): Hono {
  const routes = new Hono()
  routes.get('/faults', (c) => c.json(world.settings.faults))
  routes.put('/faults', async (c) => {
    changeSetting(world, 'faults', await readBody(c, Faults))
    return c.json(world.settings.faults)
  })

  routes.get('/settings', (c) => c.json({ limits: world.settings.limits, habits: world.settings.habits }))
  routes.put('/settings', async (c) => {
    const Part = z.record(z.string(), z.unknown()).default({})
    const input = await readBody(c, z.object({ limits: Part, habits: Part }))
    // Only what is named changes; an unknown name is a mistake worth telling.
    const limits = check(Limits.strict(), { ...world.settings.limits, ...input.limits })
    const habits = check(Habits.strict(), { ...world.settings.habits, ...input.habits })
    changeSetting(world, 'limits', limits)
    changeSetting(world, 'habits', habits)
    return c.json({ limits: world.settings.limits, habits: world.settings.habits })
  })

  routes.get('/clock', (c) => c.json(clockView(world)))
  routes.put('/clock', async (c) => {
    const input = await readBody(c, z.object({ advanceSeconds: z.number().min(0).max(clockMostSeconds) }))
    changeSetting(world, 'clockOffsetMs', world.settings.clockOffsetMs + Math.round(input.advanceSeconds * 1000))
    return c.json(clockView(world))
  })

  routes.post('/tokens/revoke', async (c) => {
    const input = await readBody(c, z.object({ corp: z.string().optional(), what: z.enum(['tokens', 'tickets', 'all']).default('all') }))
    return c.json({ revoked: revokeTokens(world, input.corp, input.what) })
  })

  recordRoutes(world, routes)
  return routes
}

type CallbackRow = {
  id: number
  corp_id: string
  name: string
  xml: string
  state: string
  attempts: number
  created_at: number
  due_at: number
  finished_at: number | null
  answer: string
}

function recordRoutes(world: World, routes: Hono): void {
  routes.get('/callbacks', (c) => {
    const {
      corp = null,
      state = null,
      name = null,
      limit,
    } = readQuery(c, z.object({ corp: z.string().optional(), state: z.string().optional(), name: z.string().optional(), limit: Limit }))
    const rows = world.store.all<CallbackRow>(
      `SELECT * FROM callbacks WHERE (?1 IS NULL OR corp_id = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR name LIKE '%' || ?3 || '%') ORDER BY id DESC LIMIT ?4`,
      corp,
      state,
      name,
      limit,
    )
    const counts = Object.fromEntries(
      world.store
        .all<{ state: string; n: number }>(
          'SELECT state, count(*) AS n FROM callbacks WHERE (?1 IS NULL OR corp_id = ?1) GROUP BY state',
          corp,
        )
        .map((row) => [row.state, row.n]),
    )
    return c.json({ counts, items: rows.map(callbackView) })
  })

  // Anything at all, in this sandbox's envelope: what a receiver does with kinds that nothing here raises, or nobody knows.
  routes.post('/callbacks', async (c) => {
    const input = await readBody(
      c,
      z.object({
        xml: z
          .string()
          .trim()
          .regex(/^<xml>[\s\S]*<\/xml>$/, 'an <xml> element'),
        agentId: z.int().default(0),
        corp: z.string().optional(),
      }),
    )
    const { corpId } = corpOf(world, input.corp)
    return c.json({ id: push(world, corpId, { name: nameOf(input.xml), xml: input.xml, lane: 'by hand', agentId: input.agentId }) }, 201)
  })

  // A push that came long ago comes again: what a receiver must see through.
  routes.post('/callbacks/:id/redeliver', (c) => {
    const done = world.store.run(
      `INSERT INTO callbacks (corp_id, lane, agent_id, name, xml, state, created_at, due_at) SELECT corp_id, lane, agent_id, name, xml, 'waiting', ?1, ?1 FROM callbacks WHERE id = ?2`,
      Date.now(),
      Number(c.req.param('id')),
    )
    if (done.changes === 0) return fail(404, 'callback.unknown', 'There is no such callback.')
    publish(world, { kind: 'callback' })
    world.wakeCallbacks()
    return c.json({ id: done.lastId })
  })

  routes.get('/stream', (c) =>
    streamSSE(c, async (stream) => {
      // Bursts are one sign: the page reads anew what it shows.
      let waiting: Note[] = []
      let wake: () => void = () => undefined
      const hear = (note: Note) => {
        waiting.push(note)
        wake()
      }
      world.notes.on('note', hear)
      stream.onAbort(() => {
        world.notes.off('note', hear)
        wake()
      })
      await stream.writeSSE({ event: 'ready', data: '{}' })
      while (!stream.aborted && !stream.closed) {
        if (waiting.length === 0)
          await new Promise<void>((resolve) => {
            wake = resolve
            setTimeout(resolve, 20_000).unref()
          })
        const batch = waiting
        waiting = []
        if (batch.length > 0) await stream.writeSSE({ event: 'notes', data: JSON.stringify(batch.slice(-200)) })
        else await stream.writeSSE({ event: 'ping', data: '{}' })
        await stream.sleep(60)
      }
      world.notes.off('note', hear)
    }),
  )
}

/** As the list names events: Event (or InfoType) and ChangeType, else the kind of message. */
function nameOf(xml: string): string {
  const element = (name: string) => new RegExp(`<${name}>\\s*(?:<!\\[CDATA\\[)?\\s*(\\w+)`).exec(xml)?.[1]
  const event = element('Event') ?? element('InfoType')
  const isMessage = element('MsgType') !== undefined && element('MsgType') !== 'event'
  if (isMessage) return `message.${element('MsgType')}`
  return [event ?? 'unknown', element('ChangeType')].filter((part) => part !== undefined).join('.')
}

const callbackView = (row: CallbackRow) => ({
  id: row.id,
  corpId: row.corp_id,
  name: row.name,
  xml: row.xml,
  state: row.state,
  attempts: row.attempts,
  answer: row.answer,
  createdAt: new Date(row.created_at).toISOString(),
  finishedAt: row.finished_at === null ? null : new Date(row.finished_at).toISOString(),
  seconds: row.finished_at === null ? null : (row.finished_at - row.created_at) / 1000,
})

const clockView = (world: World) => ({ now: new Date(now(world)).toISOString(), advancedSeconds: world.settings.clockOffsetMs / 1000 })
