import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Context as HonoContext } from 'hono'
import { cors } from 'hono/cors'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { callerOfKey } from '#management/team/authenticate.ts'
import { answerPage } from '#operation/experiments/page-queries.ts'
import { type Context, createContext } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { callerAddress } from '#platform/http/caller.ts'
import { deviceOf } from '#platform/http/device.ts'
import { parseJson } from '#platform/http/json.ts'
import { type AppEnv, allow, describe, may, router } from '#platform/http/router.ts'
import { eventsAccepted } from '#platform/operations/metrics.ts'
import { settleClock } from './clock.ts'
import { receiveEvents } from './commands.ts'
import { keepPace } from './pace.ts'
import { reservedNames } from './reserved.ts'
import { EventsReceipt, VariantAnswer, VariantQuestion } from './schema.ts'
import { writerOf } from './writer.ts'

const script = readFileSync(new URL('tracker.js', import.meta.url))
const packed = gzipSync(script, { level: 9 })
const etag = `"${createHash('sha256').update(script).digest('hex').slice(0, 16)}"`

/**
 * The door for pages of the company, which lie on other addresses and cannot keep a secret: a public write key in the
 * address, any content type (`navigator.sendBeacon` sends text), and nothing but events and what they show to their visitors.
 */
export const tracker = (declared: readonly EventDefinition[]) => {
  const reserved = reservedNames(declared)
  return router()
    .use(cors({ origin: '*', allowMethods: ['POST'], allowHeaders: ['Content-Type', 'Content-Encoding', 'Authorization'], maxAge: 86_400 }))
    .get('/liuliang.js', allow('events.write', 'public'), describe('The script that pages load'), (c) => {
      const headers = { ETag: etag, 'Cache-Control': 'public, max-age=3600', Vary: 'Accept-Encoding' }
      if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers)
      const isPacked = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
      return c.body(isPacked ? packed : script, 200, {
        ...headers,
        'Content-Type': 'text/javascript; charset=utf-8',
        ...(isPacked ? { 'Content-Encoding': 'gzip' } : {}),
      })
    })
    .post(
      '/e',
      allow('events.write', 'public'),
      describe('Send behaviour events with a public key: /t/e?key=…', EventsReceipt, 202),
      async (c) => {
        const ctx = await contextOf(c)
        const sent = settleClock(await sentIn(c), ctx.now())
        const receipt = await receiveEvents(ctx, writerOf(c.var.installation), sent, reserved)
        eventsAccepted.inc(receipt.accepted)
        return c.json(receipt, 202)
      },
    )
    .post(
      '/variant',
      allow('events.write', 'public'),
      describe('Ask which variant of an experiment a page shows to its visitor: /t/variant?key=…', VariantAnswer),
      async (c) => {
        const ctx = await contextOf(c)
        keepPace(keyOf(c), callerAddress(c) ?? 'unknown', ctx.now())
        const { experiment, slip, ...visitor } = readQuestion(await sentIn(c))
        const agent = c.req.header('user-agent') ?? ''
        const who = async () => (deviceOf(agent) ? (await resolvePersons(c.var.installation)(ctx.tenantId, [visitor]))[0] : undefined)
        return c.json(await answerPage(ctx, { experiment, slip, who }))
      },
    )
}

/** Whose page it is, by the key that stands in it. */
async function contextOf(c: HonoContext<AppEnv>): Promise<Context> {
  const { installation, requestId } = c.var
  const caller = await callerOfKey(installation, keyOf(c))
  if (!caller) throw appError('api_key.invalid', { status: 401, message: 'This key is unknown, expired or deleted.', field: 'key' })
  const ctx = createContext(installation, caller.tenantId, caller.actor, requestId)
  if (!may(ctx, 'events.write'))
    throw appError('permission.missing', { status: 403, message: 'This key may not send events.', field: 'key' })
  return ctx
}

const keyOf = (c: HonoContext<AppEnv>): string => c.req.query('key') ?? c.req.header('authorization')?.replace(/^Bearer +/i, '') ?? ''

const sentIn = async (c: HonoContext<AppEnv>): Promise<unknown> => c.var.json ?? parseJson(await c.req.text())

function readQuestion(sent: unknown): VariantQuestion {
  const parsed = VariantQuestion.safeParse(sent)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw appError('request.invalid', { message: issue?.message ?? 'The question is not valid.', field: issue?.path.join('.') || undefined })
}
