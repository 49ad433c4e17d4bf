// What every WeCom endpoint has in common: how it is declared, how it refuses, how its answer looks.
import { randomBytes, randomInt } from 'node:crypto'
import { z } from 'zod'
import type { Agent, Permission } from '../state/corps.ts'
import type { World } from '../state/world.ts'

export type Call = { world: World; agent: Agent; ip: string; query: Record<string, string>; file: UploadedFile | undefined }
export type UploadedFile = { fileName: string; contentType: string; bytes: Buffer }
export type Answer = Record<string, unknown> | Response

export type Endpoint = {
  path: string
  method: 'GET' | 'POST' | 'ANY'
  permission: Permission
  /** List fields that stay in an error answer, empty (section 1 of the protocol notes). */
  empty: Record<string, unknown[]>
  /** List endpoints bear few calls at a time. */
  list: boolean
  upload: boolean
  answer(call: Call, input: unknown): { answer: Answer; warning: boolean }
}

type Declaration<Input> = Partial<Pick<Endpoint, 'method' | 'empty' | 'list' | 'upload'>> &
  Pick<Endpoint, 'path' | 'permission'> & { input: z.ZodType<Input>; handle: (call: Call, input: Input) => Answer }

export function endpoint<Input>(it: Declaration<Input>): Endpoint {
  return {
    path: it.path,
    method: it.method ?? 'POST',
    permission: it.permission,
    empty: it.empty ?? {},
    list: it.list ?? false,
    upload: it.upload ?? false,
    answer: (call, raw) => {
      const { input, warning } = readInput(it.input, raw)
      try {
        return { answer: it.handle(call, input), warning }
      } catch (error) {
        if (error instanceof ApiError) error.warning = warning
        throw error
      }
    },
  }
}

export class ApiError extends Error {
  readonly errcode: number
  warning: boolean
  constructor(errcode: number, message: string, warning = false) {
    super(message)
    this.errcode = errcode
    this.warning = warning
  }
}

export const refuse = (errcode: keyof typeof texts, message?: string): never => {
  throw new ApiError(errcode, message ?? texts[errcode])
}
/** Names the field as the real messages do. */
export const refuseParameter = (field: string, what: string): never => refuse(40058, `${field} ${what}. invalid Request Parameter`)

export const texts = {
  40001: 'invalid credential',
  40003: 'invalid UserID',
  40004: 'invalid media type',
  40005: 'invalid file type',
  40006: 'invalid file size',
  40007: 'invalid media_id',
  40013: 'invalid corpid',
  40014: 'invalid access_token',
  40029: 'invalid code',
  40033: 'invalid charset',
  40056: 'invalid agentid',
  40058: 'invalid Request Parameter',
  40068: 'invalid tagid',
  40071: 'invalid tag name, name already exists',
  40072: 'invalid tag name length',
  40096: 'invalid external userid',
  40097: 'handover user has not left',
  40098: 'user not real name',
  41001: 'access_token missing',
  41005: 'media data missing',
  40128: 'transfer too frequently',
  41048: 'no customer to send',
  41049: 'welcome code missing',
  41050: 'invalid welcome code',
  41051: 'customer has start chating',
  41053: 'customer has not agreed to msg audit',
  41054: 'user not activated',
  41055: 'group welcome template count out of limit',
  41058: 'no permission to operate this group welcome template',
  41060: 'invalid moment_id',
  41061: 'moment is not sent by this user',
  41062: 'moment is not published by this user',
  41063: 'group msg is being dispatched',
  41064: 'attachment count out of limit',
  41065: 'invalid attachment type',
  41067: 'invalid moment type',
  41072: 'attachment scene not match',
  41078: 'too many async jobs',
  41079: 'moment is being dispatched',
  41089: 'moment content empty',
  41068: 'intercept word count or length out of limit',
  41069: 'intercept rule count out of limit',
  41071: 'invalid rule_id',
  41091: 'chat_id_list size out of limit',
  41093: 'group msg has been cancelled',
  41094: 'remind too frequently',
  41095: 'acquisition link count out of limit',
  41096: 'welcome msg is being distributed',
  42001: 'access_token expired',
  43001: 'require GET method',
  43002: 'require POST method',
  45002: 'message content size out of limit',
  45009: 'api freq out of limit',
  45033: 'api concurrent out of limit',
  48002: 'api forbidden',
  50001: 'redirect_url is not trusted domain',
  50100: 'invalid cursor',
  60003: 'department not found',
  60004: 'parent department not found',
  60005: 'department contains user',
  60006: 'department contains sub department',
  60008: 'department already existed',
  60011: 'no privilege to access/modify contact/party/agent',
  60020: 'not allow to access from your ip',
  60102: 'UserID already existed',
  60104: 'mobile already existed',
  60106: 'email already existed',
  60111: 'userid not found',
  60123: 'invalid party id',
  81011: 'no permission to modify the tag',
  81013: 'user & party & tag all invalid',
  81017: 'too many members in scope, owner_filter needed',
  82001: 'all target user or all target party is all empty',
  84014: 'user ticket expired',
  84015: 'invalid user ticket',
  84061: 'not external contact',
  84074: 'no permission',
  84083: 'user has no external contact permission',
  90500: 'chat owner has not left',
  90501: 'chat is not external group chat',
  90502: 'chat owner has left',
  90504: 'chat owner not changed',
  90507: 'chat is being transferred',
  90508: 'chat has been transferred',
  95001: 'send msg count limit',
  95002: 'send msg time limit',
  95004: 'open_kfid not exist',
  95007: 'invalid msg token',
  95008: 'menu msg list count over limit',
  95013: 'session is end',
  95014: 'user is not servicer',
  95016: 'service state transfer not allowed',
  95018: 'send msg not allowed in this session state',
  99434: 'cursor expired',
  301002: 'not allow operate another agent',
  301052: 'msgaudit service expired',
  301053: 'msgaudit not enabled',
  301059: 'not an inner group',
  600018: 'invalid time range',
} as const

export function errorBody(
  error: ApiError,
  ip: string,
  empty: Record<string, unknown[]>,
  requestId = newRequestId(),
): Record<string, unknown> {
  return {
    ...empty,
    errcode: error.errcode,
    errmsg: `${warned(error.message, error.warning)}, hint: [${requestId}], from ip: ${ip}, more info at https://open.work.weixin.qq.com/devtool/query?e=${error.errcode}`,
  }
}

export const warned = (text: string, warning: boolean): string => (warning ? `Warning: wrong json format. ${text}` : text)

/** What support asks for; a refusal quotes it as its hint. Two forms are seen in the wild: 25 digits, or unix_n_32 hex. */
export function newRequestId(): string {
  const seconds = Math.floor(Date.now() / 1000)
  if (randomInt(2) === 0) return `${seconds}_${randomInt(1, 100)}_${randomBytes(16).toString('hex')}`
  return `${seconds}${Array.from({ length: 15 }, () => randomInt(10)).join('')}`
}

/** A value of the wrong type is not a refusal in WeCom: it counts as absent, and errmsg says so. */
function readInput<Input>(schema: z.ZodType<Input>, body: unknown): { input: Input; warning: boolean } {
  let warning = false
  for (let round = 0; round < 50; round++) {
    const parsed = schema.safeParse(body)
    if (parsed.success) return { input: parsed.data, warning }
    const issue = parsed.error.issues[0]
    if (!issue) break
    if (issue.code === 'invalid_type' && removeAt(body, issue.path)) {
      warning = true
      continue
    }
    throw new ApiError(40058, `${parameterText(issue)}. invalid Request Parameter`, warning)
  }
  throw new ApiError(40058, texts[40058], true)
}

function removeAt(body: unknown, path: PropertyKey[]): boolean {
  const last = path.at(-1)
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (isObject(at) ? at[key as string] : undefined), body)
  if (last === undefined || !isObject(parent) || parent[last as string] === undefined) return false
  if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else delete parent[last as string]
  return true
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function parameterText(issue: z.core.$ZodIssue): string {
  const field = issue.path.filter((part) => typeof part === 'string').join('.') || 'body'
  if (issue.code === 'too_big') return `${field} exceed max ${issue.origin === 'array' ? 'array size' : 'value'} ${issue.maximum}`
  if (issue.code === 'too_small') return `${field} exceed min ${issue.origin === 'array' ? 'array size' : 'value'} ${issue.minimum}`
  if (issue.code === 'custom') return `${field} ${issue.message}`
  return issue.code === 'invalid_type' ? `missing ${field}` : `invalid ${field}`
}

/** Length in characters, as "utf8 words" counts. */
export const words = (max: number, min = 0) =>
  z.string().superRefine((text, context) => {
    const length = [...text].length
    if (length > max) context.addIssue({ code: 'custom', message: `exceed max utf8 words ${max}` })
    if (length < min) context.addIssue({ code: 'custom', message: `exceed min utf8 words ${min}` })
  })

export const byteText = (max: number, min = 0) =>
  z.string().superRefine((text, context) => {
    const length = Buffer.byteLength(text)
    if (length > max) context.addIssue({ code: 'custom', message: `exceed max length ${max}` })
    if (length < min) context.addIssue({ code: 'custom', message: `exceed min length ${min}` })
  })

export const Nothing = z.object({})
export const numberText = z.string().regex(/^\d+$/).transform(Number)

/** Cursors are opaque, belong to one endpoint, and know when they were given out. */
export const writeCursor = (api: string, key: (string | number)[], at: number): string =>
  Buffer.from(JSON.stringify([api, at, ...key])).toString('base64url')

export function readCursor(api: string, cursor: string | undefined): { key: (string | number)[]; at: number } | undefined {
  if (!cursor) return undefined
  try {
    const [from, at, ...key] = z.array(z.union([z.string(), z.number()])).parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    if (from === api && typeof at === 'number' && key.length > 0) return { key, at }
  } catch {
    // Falls through to the one refusal.
  }
  return refuse(50100)
}
