import { AppError } from '#platform/errors.ts'
import { errorCode, type Reaction } from './error-codes.ts'

export type WecomErrorFacts = {
  endpoint: string
  errcode: number
  errmsg: string
  /** When trying again may help. */
  retryAfterMs?: number
  cause?: unknown
}

/** An answer of WeCom that is not ok, with what to do about it. Its message may be shown: it never holds a token. */
export class WecomError extends AppError {
  readonly endpoint: string
  readonly errcode: number
  readonly errmsg: string
  readonly reaction: Reaction
  readonly fix: string | undefined
  readonly hint: string | undefined
  readonly ip: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(facts: WecomErrorFacts) {
    const { meaning, reaction, fix } = errorCode(facts.errcode)
    const ip = /from ip: ([0-9a-f.:]+)/i.exec(facts.errmsg)?.[1]
    // Whoever must allow an address needs to know which one WeCom saw.
    const help = fix?.includes('IP') && ip ? `${fix} (IP: ${ip})` : fix
    super(`wecom.${codeWord(reaction)}`, {
      status: reaction === 'fix_request' ? 400 : 502,
      message: `${facts.endpoint}: ${meaning} (${facts.errcode}). ${help ?? readable(facts.errmsg)}`.trim(),
      details: { endpoint: facts.endpoint, errcode: facts.errcode, reaction },
      cause: facts.cause,
    })
    this.name = 'WecomError'
    this.endpoint = facts.endpoint
    this.errcode = facts.errcode
    this.errmsg = facts.errmsg
    this.reaction = reaction
    this.fix = help
    this.hint = /hint: \[([^\]]*)\]/.exec(facts.errmsg)?.[1]
    this.ip = ip
    this.retryAfterMs = facts.retryAfterMs
  }
}

export function isWecomError(error: unknown, ...codes: number[]): error is WecomError {
  return error instanceof WecomError && (codes.length === 0 || codes.includes(error.errcode))
}

/** Nobody knows whether WeCom did it: the line broke, timed out or answered 5xx. */
export class WecomUnreachable extends AppError {
  readonly endpoint: string
  constructor(endpoint: string, why: string, cause?: unknown) {
    super('wecom.unreachable', { status: 502, message: `${endpoint}: WeCom did not answer (${why}).`, details: { endpoint }, cause })
    this.endpoint = endpoint
  }
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/**
 * How long 45009 blocks: the length of the window that was exceeded (doc 90454). The text names the window at times; without
 * a name the shortest is right most often, and a further 45009 lengthens it.
 */
export function blockMs(errmsg: string, now: number): number {
  if (/month|月/i.test(errmsg)) return 30 * day
  if (/\bday|daily|天|日/i.test(errmsg)) return untilBeijingMidnight(now)
  if (/hour|小时/i.test(errmsg)) return hour
  return minute
}

function untilBeijingMidnight(now: number): number {
  const offset = 8 * hour
  return day - ((now + offset) % day)
}

/** `userid not found, hint: […], from ip: …, more info at …` without what only support needs. */
function readable(errmsg: string): string {
  return errmsg.replace(/,? ?hint:.*$/s, '').trim()
}

function codeWord(reaction: Reaction): string {
  const words: Record<Reaction, string> = {
    retry: 'busy',
    refresh_token: 'bad_credential',
    back_off: 'rate_limited',
    slow_down: 'too_many_at_once',
    configure: 'not_configured',
    fix_request: 'bad_request',
    skip_item: 'out_of_reach',
    empty: 'nothing_there',
    upload_again: 'media_expired',
    restart_login: 'login_expired',
    restart_paging: 'cursor_expired',
    retry_welcome: 'welcome_in_progress',
    stop: 'too_late',
    sync_tags: 'tag_conflict',
    tell: 'refused',
  }
  return words[reaction]
}
