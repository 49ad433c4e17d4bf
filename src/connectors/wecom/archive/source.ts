import type { KeyObject } from 'node:crypto'
import { isWecomError } from '../errors.ts'
import { openRandomKey } from './keys.ts'
import { readArchiveMessage } from './messages.ts'

/** A row of the archive as it is handed out: sealed under the key of its version, or plain already. */
export type ArchiveRow = { seq: number; msgid: string } & (
  | { publickey_ver: number; encrypt_random_key: string; encrypt_chat_msg: string }
  | { plain: string }
)

/**
 * Where archived messages come from. WeCom's own way is a native library: pulling and the symmetric step are inside it, so they
 * belong to the source; the RSA step with the company's private keys is ours and never leaves us.
 */
export type ArchiveSource = {
  /** Messages after this number, in order, a thousand at most. */
  pull(after: number, limit: number): Promise<ArchiveRow[]>
  /** The symmetric step. */
  open(randomKey: Buffer, sealed: string): Promise<string>
  /** A file of a message, piece by piece. */
  media(sdkFileId: string): AsyncIterable<Buffer>
}

/** Private keys by the version under which their public halves are registered; old messages stay under old keys. */
export type ArchiveKeys = { find(version: number): Promise<KeyObject | undefined> }

export type ArchivedMessage = { seq: number; msgId: string; type: string; known: boolean; message: unknown }
export type ArchiveFault = { seq: number; msgId: string; reason: 'no_key' | 'bad_key' | 'unreadable' }
export type ArchivePage = { messages: ArchivedMessage[]; faults: ArchiveFault[]; next: number; more: boolean }

/** One page. What cannot be opened is told and never stops the rest; its number stays behind for another try. */
export async function readArchive(source: ArchiveSource, keys: ArchiveKeys, after: number, limit = 1000): Promise<ArchivePage> {
  const rows = await source.pull(after, limit)
  const page: ArchivePage = { messages: [], faults: [], next: after, more: rows.length >= limit }
  for (const row of rows) {
    const found = await openRow(source, keys, row)
    if (typeof found === 'string') page.faults.push({ seq: row.seq, msgId: row.msgid, reason: found })
    else page.messages.push({ seq: row.seq, msgId: row.msgid, type: found.type, known: found.known, message: found.value })
    page.next = Math.max(page.next, row.seq)
  }
  return page
}

/** One row as its typed model, or why it cannot be one. */
export async function openRow(
  source: Pick<ArchiveSource, 'open'>,
  keys: ArchiveKeys,
  row: ArchiveRow,
): Promise<ReturnType<typeof readArchiveMessage> | ArchiveFault['reason']> {
  if ('plain' in row) return readPlain(row.plain)
  const key = await keys.find(row.publickey_ver)
  if (!key) return 'no_key'
  const randomKey = openRandomKey(key, row.encrypt_random_key)
  if (!randomKey) return 'bad_key'
  // A source that is away fails the page; a message it cannot open fails alone.
  const text = await source.open(randomKey, row.encrypt_chat_msg).catch((error: unknown) => {
    if (isWecomError(error, ...cannotOpen)) return undefined
    throw error
  })
  return text === undefined ? 'unreadable' : readPlain(text)
}

/** Codes of the library's DecryptData: a key of the wrong shape, decryption failed, no key of that version, broken text. */
const cannotOpen = [10004, 10006, 10007, 10008]

function readPlain(text: string): ReturnType<typeof readArchiveMessage> | 'unreadable' {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? readArchiveMessage(value) : 'unreadable'
  } catch {
    return 'unreadable'
  }
}
