import type { Asking } from '../segment/asking.ts'
import { bytesOf, countBits } from '../segment/bits.ts'
import { bitsSql } from '../sql.ts'

export type PeopleSet = { bits: Uint32Array; bytes: Buffer; count: number }

/** Those a portrait is of, and those they are held against. */
export type Sets = { asking: Asking; of: PeopleSet; base: PeopleSet; windowDays: number; few: number }

export const setOf = (bits: Uint32Array): PeopleSet => ({ bits, bytes: bytesOf(bits), count: countBits(bits) })

/** Whether `who` is in the set, for ClickHouse. */
export const isInSql = ({ bytes }: PeopleSet): string => (bytes.length === 0 ? '0' : `who in ${bitsSql(bytes)}`)
