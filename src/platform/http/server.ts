import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import { type Actor, createContext, type Installation } from '../context.ts'
import { AppError, appError, describeError } from '../errors.ts'
import { requestSeconds } from '../operations/metrics.ts'
import { parseJson } from './json.ts'
import type { AppEnv } from './router.ts'

/** Who is asking: from a cookie or a key. Undefined for nobody. */
export type Authenticate = (
  installation: Installation,
  request: HonoContext<AppEnv>,
) => Promise<{ tenantId: number; actor: Actor } | undefined>

/** Bytes of a JSON body unless the route is one of files. */
const mostBytes = 1_000_000

/** The frame around all routes: request id, body limits, who is asking, errors in one shape, one log line a request. */
export function createServer(installation: Installation, authenticate: Authenticate): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  app.use(named(installation))
  app.use(readBody)
  app.use(async (c, next) => {
    const who = await authenticate(installation, c)
    if (who) c.set('ctx', createContext(installation, who.tenantId, who.actor, c.var.requestId))
    await next()
  })
  app.onError((error, c) => answerError(installation, error, c))
  app.notFound((c) =>
    answerError(installation, appError('route.not_found', { status: 404, message: `Nothing answers at ${c.req.path}.` }), c),
  )
  return app
}

const named =
  (installation: Installation): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const given = c.req.header('x-request-id')
    const requestId = given && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
    c.set('installation', installation)
    c.set('requestId', requestId)
    // Before the answer is made: a header that is added to a finished one takes it off the server's short way.
    c.header('X-Request-Id', requestId)
    c.header('X-Content-Type-Options', 'nosniff')
    const started = performance.now()
    await next()
    requestSeconds.observe({ method: c.req.method, status: `${Math.floor(c.res.status / 100)}xx` }, (performance.now() - started) / 1000)
    if (installation.log.isLevelEnabled('debug') || c.res.status >= 500)
      installation.log.info(
        { requestId, method: c.req.method, path: c.req.path, status: c.res.status, ms: Math.round(performance.now() - started) },
        'request',
      )
  }

/** Reads a JSON body once, bounded before and after unpacking; files are read by their routes. */
const readBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  const type = c.req.header('content-type') ?? ''
  if (c.req.method === 'GET' || c.req.method === 'HEAD' || type.startsWith('multipart/form-data')) return next()
  const text = decode(await readBytes(c))
  c.req.bodyCache.text = Promise.resolve(text) as never
  if (type.includes('json') && text !== '') c.set('json', parseJson(text))
  await next()
}

async function readBytes(c: HonoContext<AppEnv>): Promise<Uint8Array> {
  const packed = c.req.header('content-encoding') ?? 'identity'
  if (packed !== 'gzip' && packed !== 'identity')
    throw appError('request.encoding_unknown', { status: 415, message: `Content-Encoding ${packed} is not understood; use gzip.` })
  const length = Number(c.req.header('content-length') ?? Number.NaN)
  if (length > mostBytes) throw tooLarge()
  // With a length the server reads exactly that much, without the cost of streams.
  if (packed === 'identity' && length >= 0) return new Uint8Array(await c.req.raw.arrayBuffer())
  return readStream(c, packed)
}

async function readStream(c: HonoContext<AppEnv>, packed: string): Promise<Uint8Array> {
  if (c.req.raw.body === null) return new Uint8Array()
  const raw = Readable.fromWeb(c.req.raw.body as never)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of packed === 'gzip' ? raw.pipe(createGunzip()) : raw) {
      bytes += (chunk as Buffer).length
      if (bytes > mostBytes) throw tooLarge()
      chunks.push(chunk as Buffer)
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw appError('request.unreadable', { message: 'The body could not be read to its end.', cause })
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw appError('text.not_utf8', { message: 'The body is not UTF-8.', cause })
  }
}

const tooLarge = () => appError('request.too_large', { status: 413, message: `A request may have ${mostBytes / 1_000_000} MB.` })

/** `{error: {code, message, field?, requestId}}`; what nobody expected is logged here, once. */
export function answerError(installation: Installation, error: unknown, c: HonoContext<AppEnv>): Response {
  const known =
    error instanceof AppError
      ? error
      : isHttpException(error)
        ? appError('request.invalid', { status: error.status, message: error.message })
        : isDatabaseAway(error)
          ? appError('database.away', {
              status: 503,
              message: 'The database is restarting; nothing was taken. Send the same again in a few seconds.',
            })
          : undefined
  if (!known || known.status >= 500)
    installation.log.error({ err: error, requestId: c.var.requestId, method: c.req.method, path: c.req.path }, 'request failed')
  if (known?.status === 503 || known?.status === 429) c.header('Retry-After', '2')
  const described = describeError(known ?? error)
  return c.json(
    { error: { ...described, ...(known?.details ? { details: known.details } : {}), requestId: c.var.requestId } },
    (known?.status ?? 500) as 500,
  )
}

/** PostgreSQL is restarting or was not reached: nobody's fault, and over in a moment. */
const isDatabaseAway = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', '57P01', '57P02', '57P03', '08006', '53300'].includes((error as { code?: string }).code ?? '') ||
  (error instanceof Error && /not queryable|Connection terminated|timeout exceeded when trying to connect/.test(error.message))

const isHttpException = (error: unknown): error is Error & { status: number } =>
  error instanceof Error && 'status' in error && typeof error.status === 'number'
