import { type ClickHouseClient, type ClickHouseSettings, createClient } from '@clickhouse/client'
import type { z } from 'zod'
import { appError } from './errors.ts'

export type Parameters = Record<string, unknown>

/** A question to ClickHouse: SQL with `{name:Type}` parameters, and the shape of a row, which is parsed at this edge. */
export type Question<Row extends z.ZodType> = { sql: string; params?: Parameters; row: Row; settings?: ClickHouseSettings }

export type ClickHouse = {
  ask<Row extends z.ZodType>(question: Question<Row>): Promise<z.infer<Row>[]>
  /** Rows taken on trust: for the program's own bookkeeping, never for reports. */
  rows<Row>(sql: string, params?: Parameters): Promise<Row[]>
  insert(table: string, rows: readonly object[], settings?: ClickHouseSettings): Promise<void>
  command(sql: string, params?: Parameters): Promise<void>
  ping(): Promise<boolean>
  close(): Promise<void>
}

/** The stock client, whatever answers at the URL: the embedded engine, a server, a cluster. */
export function openClickHouse(url: string): ClickHouse {
  const client = openClient(url, 120)
  const read = async (sql: string, params: Parameters = {}, settings: ClickHouseSettings = {}): Promise<unknown[]> => {
    const result = await client
      .query({ query: sql, query_params: params, format: 'JSONEachRow', clickhouse_settings: settings })
      .catch(explain)
    return result.json()
  }
  return {
    ask: async ({ sql, params, row, settings }) => (await read(sql, params, settings)).map((found) => row.parse(found)),
    rows: async <Row>(sql: string, params?: Parameters) => (await read(sql, params)) as Row[],
    insert: async (table, values, settings) => {
      if (values.length > 0)
        await client.insert({ table, values: [...values], format: 'JSONEachRow', clickhouse_settings: settings ?? {} }).catch(explain)
    },
    command: async (sql, params) => {
      await client.command({ query: sql, query_params: params ?? {} }).catch(explain)
    },
    ping: async () => (await client.ping()).success,
    close: () => client.close(),
  }
}

/** The client itself, for streams in and out. */
export const openClient = (url: string, seconds: number): ClickHouseClient =>
  createClient({
    url,
    request_timeout: seconds * 1000,
    max_open_connections: 16,
    log: { LoggerClass: SilentLogger },
    clickhouse_settings: { max_execution_time: Math.max(60, seconds / 2), output_format_json_quote_64bit_integers: 0 },
  })

/** `http://host:port/name?…` → name. */
export const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1)) || 'default'

/** An engine that is away is not the asker's fault: 503, try again. What ClickHouse itself refuses keeps its number. */
function explain(cause: unknown): never {
  const error = cause as { code?: string; type?: string; message?: string }
  if (error.type === 'TIMEOUT_EXCEEDED')
    throw appError('analysis.timeout', { status: 503, message: 'The question took longer than a minute. Ask about fewer days.', cause })
  if (error.type === 'MEMORY_LIMIT_EXCEEDED')
    throw appError('analysis.too_large', {
      status: 503,
      message: 'The question needs more memory than it may use. Ask about fewer days or values.',
      cause,
    })
  if (error.type !== undefined) throw cause
  throw appError('analysis.unavailable', {
    status: 503,
    message: 'The analysis engine is restarting; nothing is lost. Try again in a few seconds.',
    cause,
  })
}

/** The program logs failures once, with the request id; the client's own lines would hold the parameters. */
class SilentLogger {
  trace(): void {}
  debug(): void {}
  info(): void {}
  warn(): void {}
  error(): void {}
}
