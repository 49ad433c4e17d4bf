// The one thing every function of the sandbox gets first: state, clock, chance, and who is listening.
import { createHash, randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import { loadSettings, type Settings, saveSetting } from './settings.ts'
import { openStore, type Store } from './store.ts'

/** Something that the pages show live. */
export type Note = {
  kind: 'message' | 'friend' | 'group' | 'request' | 'callback' | 'company' | 'code' | 'mass' | 'moment' | 'settings'
  externalUserId?: string
  userId?: string
}

export type World = {
  store: Store
  dataDir: string
  /** The address the sandbox answers at; known after listening. */
  url: string
  settings: Settings
  notes: EventEmitter<{ note: [Note] }>
  wakeCallbacks(): void
  log: Logger
  /** Something is told that happened at this earlier moment: time stands still there. */
  past?: number
}

export function openWorld(dataDir: string, log: Logger): World {
  const store = openStore(dataDir)
  const notes = new EventEmitter<{ note: [Note] }>()
  notes.setMaxListeners(0)
  return { store, dataDir, url: '', settings: loadSettings(store), notes, wakeCallbacks: () => undefined, log }
}

export const now = (world: World): number => world.past ?? Date.now() + world.settings.clockOffsetMs
/** The same world as it was at `at`: what somebody does in it happened then. */
export const worldAt = (world: World, at: Date | undefined): World => (at === undefined ? world : { ...world, past: at.getTime() })

export const nowSeconds = (world: World): number => Math.floor(now(world) / 1000)
export const dayMs = 24 * 3600_000
/** WeCom counts days in Beijing. */
export const beijingMidnight = (ms: number): number => Math.floor((ms + 8 * 3600_000) / dayMs) * dayMs - 8 * 3600_000
export const toSeconds = (ms: number): number => Math.floor(ms / 1000)

export function changeSetting<Key extends keyof Settings>(world: World, key: Key, value: Settings[Key]): void {
  saveSetting(world.store, key, value)
  world.settings[key] = value
  publish(world, { kind: 'settings' })
}

/** Listeners hear it after the transaction that is running now. */
export function publish(world: World, note: Note): void {
  setImmediate(() => world.notes.emit('note', note))
}

/** WeCom's ids are 32 characters: a two-letter kind and 30 of base64url. */
export const freshId = (kind: string): string => kind + randomBytes(24).toString('base64url').slice(0, 30)
export const seededId = (kind: string, ...seed: (string | number)[]): string =>
  kind + createHash('sha256').update(seed.join('\u0000')).digest('base64url').slice(0, 30)
export const seededHex = (length: number, ...seed: (string | number)[]): string =>
  createHash('sha256').update(seed.join('\u0000')).digest('hex').slice(0, length)
export const freshSecret = (length: number): string => randomBytes(length).toString('base64url').slice(0, length)
