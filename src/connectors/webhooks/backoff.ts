/** Seconds to wait after the n-th failed try (1-based): 10 s, doubling to 6 h, until three days are over; then undefined. */
export function waitAfter(attempts: number): number | undefined {
  const waits = Array.from({ length: attempts }, (_, i) => Math.min(6 * 3600, 10 * 2 ** i))
  const passed = waits.reduce((sum, wait) => sum + wait, 0)
  return passed > 3 * 24 * 3600 ? undefined : waits.at(-1)
}
