import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { notFound } from './errors.ts'
import { remember } from './remember.ts'

/**
 * Outside, an id is opaque prefixed text (`cus_…`); inside, a dense integer per tenant. One AES block of
 * (tenant, prefix, id) is the text: nothing to store, nothing to guess, and another tenant's id simply does not decode.
 */
export type IdCodec = {
  encode(tenantId: number, prefix: IdPrefix, id: number): string
  decode(tenantId: number, prefix: IdPrefix, text: string): number | undefined
  /** For doors that nobody logs in at: whose thing it is. What it may be used for, something else must prove. */
  open(prefix: IdPrefix, text: string): { tenantId: number; id: number } | undefined
}

/** Every kind of thing that has an id outside, and the noun of its "not found". */
export const idPrefixes = {
  acl: 'acquisition_link',
  acp: 'acquired_customer',
  acv: 'acquisition_variant',
  api: 'api_key',
  arm: 'archive_message',
  art: 'archive_talk',
  att: 'attribute',
  aud: 'audit_entry',
  brd: 'board',
  bsc: 'board_schedule',
  cha: 'channel',
  cor: 'corp',
  cus: 'customer',
  ded: 'dead_letter',
  dep: 'department',
  del: 'delivery',
  emp: 'employee',
  exp: 'export',
  fil: 'file',
  fst: 'follow_up_stage',
  fup: 'follow_up',
  fur: 'follow_up_record',
  gco: 'group_code',
  gme: 'group_member',
  grp: 'group',
  gtg: 'group_tag',
  imp: 'import',
  job: 'job',
  jny: 'journey',
  jru: 'journey_run',
  lco: 'live_code',
  mal: 'metric_alert',
  mer: 'merge',
  met: 'metric',
  mno: 'metric_notice',
  mom: 'moment',
  mrv: 'merge_review',
  msg: 'message',
  mst: 'mass_task',
  mtk: 'marketing_task',
  ord: 'order',
  prd: 'product',
  qua: 'quarantined_event',
  ref: 'refund',
  rep: 'report',
  rol: 'role',
  seg: 'segment',
  shp: 'shop',
  snd: 'send',
  stp: 'send_stop',
  tag: 'tag',
  ten: 'tenant',
  tgr: 'tag_group',
  tsk: 'task',
  whk: 'webhook',
  xpt: 'experiment',
  wwd: 'watched_word',
} as const

export type IdPrefix = keyof typeof idPrefixes

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

export function createIdCodec(key: Buffer): IdCodec {
  const open: IdCodec['open'] = (prefix, text) => {
    const block = text.startsWith(`${prefix}_`) ? fromBase32(text.slice(prefix.length + 1)) : undefined
    if (!block) return undefined
    const plain = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block)
    const id = plain.readBigUInt64BE(8)
    if (plain.readUInt32BE(4) !== prefixTag(prefix) || id > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
    return { tenantId: plain.readUInt32BE(0), id: Number(id) }
  }
  return {
    encode(tenantId, prefix, id) {
      const block = Buffer.alloc(16)
      block.writeUInt32BE(tenantId, 0)
      block.writeUInt32BE(prefixTag(prefix), 4)
      block.writeBigUInt64BE(BigInt(id), 8)
      const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
      return `${prefix}_${toBase32(cipher.update(block))}`
    },
    decode(tenantId, prefix, text) {
      const found = open(prefix, text)
      return found?.tenantId === tenantId ? found.id : undefined
    },
    open,
  }
}

type Speaker = { tenantId: number; ids: IdCodec }

/** The text that names this thing outside. */
export const publicId = (ctx: Speaker, prefix: IdPrefix, id: number): string => ctx.ids.encode(ctx.tenantId, prefix, id)

/** The integer behind a text from outside; 404 `<noun>.not_found` for anything else, other tenants' ids included. */
export function internalId(ctx: Speaker, prefix: IdPrefix, text: string): number {
  const id = ctx.ids.decode(ctx.tenantId, prefix, text)
  if (id === undefined) throw notFound(idPrefixes[prefix])
  return id
}

const tags = new Map<string, number>()

const prefixTag = (prefix: string): number => remember(tags, prefix, () => createHash('sha256').update(prefix).digest().readUInt32BE(0))

/** 128 bits as 26 letters without i, l, o, u (Crockford). */
function toBase32(bytes: Buffer): string {
  let value = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  for (let i = 0; i < 26; i++) {
    text = alphabet[Number(value & 31n)] + text
    value >>= 5n
  }
  return text
}

function fromBase32(text: string): Buffer | undefined {
  if (text.length !== 26) return undefined
  let value = 0n
  for (const letter of text) {
    const digit = alphabet.indexOf(letter)
    if (digit < 0) return undefined
    value = (value << 5n) | BigInt(digit)
  }
  return value >> 128n ? undefined : Buffer.from(value.toString(16).padStart(32, '0'), 'hex')
}

/** An unguessable token of 32 bytes as 43 letters. */
export const randomToken = (bytes = 32): string => randomBytes(bytes).toString('base64url')
