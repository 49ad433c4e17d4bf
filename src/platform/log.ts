import { type Logger, pino } from 'pino'

export type { Logger }

/** Structured lines on stderr; stdout belongs to results. Phone numbers, tokens and secrets never reach it, wherever in an object they sit. */
export const createLogger = (level: string, name: string): Logger =>
  pino(
    {
      level,
      name,
      base: { name, pid: process.pid },
      redact: { paths: redacted(), censor: '[hidden]' },
      hooks: { logMethod: maskArguments },
    },
    pino.destination({ fd: 2, sync: true }),
  )

const secretKeys = [
  'phone',
  'mobile',
  'password',
  'token',
  'secret',
  'authorization',
  'cookie',
  'access_token',
  'corpsecret',
  'encodingAesKey',
  'unionid',
]

const redacted = () => secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])

/** Free text may carry them as well: a mainland mobile number keeps its first three and last two digits, a query token nothing. */
export const maskText = (text: string): string =>
  text
    .replace(/(?<!\d)(1[3-9]\d)\d{6}(\d{2})(?!\d)/g, '$1******$2')
    .replace(/((?:access_token|corpsecret|ticket|code|token)=)[^&\s"]+/gi, '$1[hidden]')

function maskArguments(this: Logger, parts: unknown[], method: (...parts: never[]) => void): void {
  method.apply(this, parts.map((part) => (typeof part === 'string' ? maskText(part) : part)) as never[])
}
