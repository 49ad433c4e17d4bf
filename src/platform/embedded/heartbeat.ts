type Beat = { everyMs: number; patienceMs: number }

/**
 * Asks the smallest question again and again, and calls `end` once it was not answered for so long. An engine whose threads wait
 * for each other takes connections and answers none of them; only a new one helps. A refusal is an answer. Returns how to stop.
 */
export function keepBeating(ask: () => Promise<unknown>, { everyMs, patienceMs }: Beat, end: () => void): () => void {
  let stopped = false
  let next: NodeJS.Timeout
  const beat = async (): Promise<void> => {
    const late = setTimeout(end, patienceMs).unref()
    await ask().catch(() => undefined)
    clearTimeout(late)
    if (!stopped) next = setTimeout(beat, everyMs).unref()
  }
  next = setTimeout(beat, everyMs).unref()
  return () => {
    stopped = true
    clearTimeout(next)
  }
}
