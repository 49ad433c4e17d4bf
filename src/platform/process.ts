import type { Installation } from './context.ts'
import { version } from './version.ts'

const beatMs = 5_000

/** Says every few seconds that this process lives; /metrics and the operations page read it. */
export function beat({ databases: { systemPool }, log }: Installation, name: string): () => void {
  const startedAt = new Date()
  const say = () =>
    systemPool
      .query(
        `insert into processes (name, started_at, beat_at, version) values ($1, $3, now(), $2)
         on conflict (name) do update set started_at = $3, beat_at = now(), version = $2`,
        [name, version, startedAt],
      )
      .catch((error) => log.warn({ err: error }, 'no beat'))
  void say()
  const timer = setInterval(say, beatMs)
  return () => clearInterval(timer)
}

/** Aborted by the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilSignal(): AbortSignal {
  const stop = new AbortController()
  const end = () => (stop.signal.aborted ? process.exit(130) : stop.abort())
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  // The supervisor has gone: nobody would end this process later.
  process.on('disconnect', () => stop.abort())
  return stop.signal
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
