// The embedded ClickHouse: its own process around chDB that speaks ClickHouse's HTTP protocol on loopback,
// so that the product only knows the stock client and a URL (https://clickhouse.com/docs/interfaces/http).
import { randomUUID, timingSafeEqual } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createGunzip } from 'node:zlib'
import { Session } from 'chdb'
import { parseInsert, parseQuery, readParameter } from './clickhouse-protocol.ts'
import { keepBeating } from './heartbeat.ts'

const { values: flags } = parseArgs({
  options: {
    path: { type: 'string' },
    port: { type: 'string', default: '0' },
    pool: { type: 'string', default: '8' },
    memory: { type: 'string', default: '6000000000' },
    // Server configuration, for a cluster that is to be tried in one process.
    config: { type: 'string' },
  },
})
if (!flags.path) throw new Error('--path is required')
mkdirSync(flags.path, { recursive: true, mode: 0o700 })
const secret = Buffer.from(process.env.CLICKHOUSE_ENGINE_SECRET ?? '')

/** A chDB connection runs one query at a time; several on one path run side by side. */
const idle: Session[] = Array.from({ length: Number(flags.pool) }, () => openSession(String(flags.path)))
const waiting: ((session: Session) => void)[] = []

function openSession(path: string): Session {
  const session = new Session(path, { installSignalHandlers: false, connectionArgs: flags.config ? [`--config-file=${flags.config}`] : [] })
  // Lists of a hundred thousand people fit into a question.
  session.query(`SET max_memory_usage = ${Number(flags.memory)}, max_query_size = 16777216`)
  return session
}

const acquire = (): Promise<Session> => {
  const session = idle.pop()
  return session ? Promise.resolve(session) : new Promise((resolve) => waiting.push(resolve))
}

const release = (session: Session): void => {
  const next = waiting.shift()
  if (next) next(session)
  else idle.push(session)
}

// Parameters travel in the URL; ClickHouse's own server takes a megabyte of it (http_max_uri_size).
const server = createServer({ maxHeaderSize: 1 << 20 }, (req, res) => {
  answer(req, res).catch((error: Error) => fail(res, error))
})

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://engine')
  if (url.pathname === '/ping') return void res.end('Ok.\n')
  if (!authorised(req, url))
    return void res
      .writeHead(403, { 'X-ClickHouse-Exception-Code': '516' })
      .end('Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)\n')
  const body = await readBody(req)
  const inUrl = url.searchParams.get('query') ?? ''
  const insert = inUrl ? parseInsert(inUrl) : undefined
  const session = await acquire()
  try {
    if (insert && body.length > 0) await runInsert(session, insert, body, url, res)
    else await runQuery(session, [inUrl, body.toString()].filter(Boolean).join('\n'), url, res)
  } finally {
    release(session)
  }
}

function authorised(req: IncomingMessage, url: URL): boolean {
  if (secret.length === 0) return true
  const basic = req.headers.authorization?.startsWith('Basic ')
    ? Buffer.from(req.headers.authorization.slice(6), 'base64').toString().split(':').slice(1).join(':')
    : undefined
  const given = Buffer.from(String(req.headers['x-clickhouse-key'] ?? basic ?? url.searchParams.get('password') ?? ''))
  return given.length === secret.length && timingSafeEqual(given, secret)
}

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of req.headers['content-encoding'] === 'gzip' ? req.pipe(createGunzip()) : req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function runInsert(
  session: Session,
  insert: ReturnType<typeof parseInsert> & object,
  body: Buffer,
  url: URL,
  res: ServerResponse,
): Promise<void> {
  const summary = await session.insert({
    table: qualified(insert.table, url),
    format: insert.format,
    values: body,
    settings: settingsOf(url),
    ...(insert.columns ? { columns: insert.columns } : {}),
  })
  res
    .writeHead(200, {
      'X-ClickHouse-Summary': JSON.stringify({ written_rows: String(summary.rowsWritten), written_bytes: String(body.length) }),
    })
    .end()
}

const databaseOf = (url: URL): string => url.searchParams.get('database') || 'default'

const qualified = (table: string, url: URL): string => (table.includes('.') ? table : `${databaseOf(url)}.${table}`)

const lastDatabase = new WeakMap<Session, string>()

/** A session stays in the database it was last told; the next question on it may be another database's. */
async function enterDatabase(session: Session, name: string): Promise<void> {
  if (lastDatabase.get(session) === name) return
  lastDatabase.delete(session)
  await session.queryAsync(`USE ${quoteName(name)}`)
  lastDatabase.set(session, name)
}

async function runQuery(session: Session, text: string, url: URL, res: ServerResponse): Promise<void> {
  const { sql, format } = parseQuery(text, url.searchParams.get('default_format') ?? 'TabSeparated')
  const marker = randomUUID()
  // A closed connection does not stop the engine; the marker lets another connection find and kill the query.
  const stopWhenAbandoned = () => {
    if (!res.writableFinished) void kill(marker)
  }
  res.once('close', stopWhenAbandoned)
  try {
    await enterDatabase(session, databaseOf(url))
    const settings = Object.entries(settingsOf(url)).map(([name, value]) => `${name} = ${quoteValue(value)}`)
    const marked = `/* ${marker} */ ${sql}${settings.length > 0 && isSelect(sql) ? ` SETTINGS ${settings.join(', ')}` : ''}`
    if (rowFormats.test(format) && isSelect(sql)) await stream(session, marked, parametersOf(sql, url), format, res)
    else await whole(session, marked, parametersOf(sql, url), format, res)
  } finally {
    res.removeListener('close', stopWhenAbandoned)
  }
}

/** Formats without a frame around the rows, which may leave in pieces. */
const rowFormats = /^(JSONEachRow|JSONCompactEachRow|CSV|TSV|TabSeparated)$/

async function stream(session: Session, sql: string, parameters: object, format: string, res: ServerResponse): Promise<void> {
  for await (const chunk of session.queryStreamBind(sql, parameters, { format })) {
    if (!res.headersSent) res.writeHead(200, headersOf(format))
    if (!res.write(chunk.raw())) await drained(res)
    if (res.destroyed) return
  }
  if (!res.headersSent) res.writeHead(200, headersOf(format))
  res.end()
}

/** Until the reader took what was written, or left. */
const drained = (res: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done)
      resolve()
    }
    res.on('drain', done).on('close', done)
  })

async function whole(session: Session, sql: string, parameters: object, format: string, res: ServerResponse): Promise<void> {
  const result = await (Object.keys(parameters).length > 0
    ? session.queryBindAsync(sql, parameters, { format })
    : session.queryAsync(sql, { format }))
  res.writeHead(200, {
    ...headersOf(format),
    'X-ClickHouse-Summary': JSON.stringify({
      read_rows: String(result.rowsRead),
      read_bytes: String(result.bytesRead),
      elapsed_ns: String(Math.round(result.elapsed * 1e9)),
    }),
  })
  res.end(result.bytes())
}

const headersOf = (format: string) => ({
  'Content-Type': format.startsWith('JSON') ? 'application/json; charset=UTF-8' : 'text/plain; charset=UTF-8',
  'X-ClickHouse-Format': format,
})

async function kill(marker: string): Promise<void> {
  const session = await acquire()
  try {
    await session.queryAsync(`KILL QUERY WHERE query LIKE '%${marker}%' AND query NOT LIKE '%KILL QUERY%' ASYNC`)
  } finally {
    release(session)
  }
}

const isSelect = (sql: string): boolean => /^\s*(\/\*.*?\*\/\s*)*\(?\s*(select|with)\b/is.test(sql)

const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``

const quoteValue = (value: string): string =>
  /^-?\d+(\.\d+)?$/.test(value) ? value : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const notSettings = new Set([
  'query',
  'database',
  'default_format',
  'user',
  'password',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'role',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
  'compress',
  'decompress',
  'buffer_size',
])

const settingsOf = (url: URL): Record<string, string> =>
  Object.fromEntries([...url.searchParams].filter(([name]) => !notSettings.has(name) && !name.startsWith('param_')))

const parametersOf = (sql: string, url: URL): Record<string, unknown> =>
  Object.fromEntries(
    [...url.searchParams]
      .filter(([name]) => name.startsWith('param_'))
      .map(([name, value]) => [name.slice(6), readParameter(sql, name.slice(6), value)]),
  )

function fail(res: ServerResponse, error: Error): void {
  const code = /Code: (\d+)/.exec(error.message)?.[1] ?? '1002'
  const name = /\(([A-Z_]+)\)/.exec(error.message)?.[1] ?? 'UNKNOWN_EXCEPTION'
  if (res.headersSent) return void res.destroy(error)
  res
    .writeHead(500, { 'X-ClickHouse-Exception-Code': code })
    .end(
      `Code: ${code}. DB::Exception: ${error.message.replace(/^.*?DB::Exception: /s, '')}${error.message.includes(`(${name})`) ? '' : ` (${name})`}\n`,
    )
}

// On a connection of its own, which no question keeps busy. No question may run for longer than a minute or two.
const heart = openSession(String(flags.path))
keepBeating(
  () => heart.queryAsync('select 1'),
  { everyMs: 20_000, patienceMs: 300_000 },
  () => {
    process.stderr.write('The engine has not answered for five minutes and is started anew.\n')
    process.kill(process.pid, 'SIGKILL')
  },
)

server.keepAliveTimeout = 65_000
server.listen(Number(flags.port), '127.0.0.1', () => {
  const { port } = server.address() as { port: number }
  writeFileSync(join(String(flags.path), 'engine.pid'), String(process.pid))
  process.stdout.write(`${JSON.stringify({ port, pid: process.pid })}\n`)
})

// A terminal's Ctrl-C is the supervisor's business: the engine ends last, when nobody inserts any more.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  for (const session of [...idle, heart]) session.close()
  process.exit(0)
})
// Nobody is left to start it again or to talk to it when its supervisor has gone.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
