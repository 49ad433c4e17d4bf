import { resolve } from 'node:path'
import { z } from 'zod'
import { appError } from './errors.ts'

const url = z.url().transform((text) => text.replace(/\/+$/, ''))

/** Everything the environment may say, read once. Flags of a command are written over the environment before. */
const schema = z.object({
  LIULIANG_DATA: z
    .string()
    .default('./data')
    .transform((path) => resolve(path)),
  LIULIANG_HOST: z.string().default('127.0.0.1'),
  LIULIANG_PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  LIULIANG_PUBLIC_URL: url.optional(),
  LIULIANG_SECRET_KEY: z.string().min(32, 'at least 32 characters').optional(),
  LIULIANG_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DATABASE_URL: z.string().startsWith('postgres').optional(),
  CLICKHOUSE_URL: z.url().optional(),
  WECOM_BASE_URL: url.default('https://qyapi.weixin.qq.com'),
  WECOM_OPEN_URL: url.default('https://open.weixin.qq.com'),
  WECOM_LOGIN_URL: url.default('https://login.work.weixin.qq.com'),
})

export type Config = {
  dataDir: string
  host: string
  port: number
  /** Where browsers and WeCom reach this workspace. */
  publicUrl: string
  secretKey: string | undefined
  logLevel: z.infer<typeof schema>['LIULIANG_LOG_LEVEL']
  databaseUrl: string | undefined
  clickhouseUrl: string | undefined
  wecom: { baseUrl: string; openUrl: string; loginUrl: string }
}

/** Throws `config.invalid` with the variable's name as field. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw appError('config.invalid', { message: `${issue?.path.join('.')}: ${issue?.message}`, field: String(issue?.path[0]) })
  }
  const found = parsed.data
  return {
    dataDir: found.LIULIANG_DATA,
    host: found.LIULIANG_HOST,
    port: found.LIULIANG_PORT,
    publicUrl:
      found.LIULIANG_PUBLIC_URL ??
      `http://${found.LIULIANG_HOST.includes(':') ? `[${found.LIULIANG_HOST}]` : found.LIULIANG_HOST}:${found.LIULIANG_PORT}`,
    secretKey: found.LIULIANG_SECRET_KEY,
    logLevel: found.LIULIANG_LOG_LEVEL,
    databaseUrl: found.DATABASE_URL,
    clickhouseUrl: found.CLICKHOUSE_URL,
    wecom: { baseUrl: found.WECOM_BASE_URL, openUrl: found.WECOM_OPEN_URL, loginUrl: found.WECOM_LOGIN_URL },
  }
}
