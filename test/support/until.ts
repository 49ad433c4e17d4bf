/** Waits until something has come about that others are about to do; returns after how many milliseconds. A busy machine takes its time. */
export async function until(holds: () => Promise<boolean>, ms = 60_000): Promise<number> {
  const startedAt = Date.now()
  while (!(await holds())) {
    if (Date.now() - startedAt > ms) throw new Error(`it did not come about in time: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return Date.now() - startedAt
}
