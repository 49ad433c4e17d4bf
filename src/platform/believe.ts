/** What was read lately, by what it is about. */
export type Believed<Key, Value> = Map<Key, { until: number; value: Promise<Value> }>

/** What is known under the key, read again when that is older than `ms`. A question that failed is not believed. */
export function believe<Key, Value>(known: Believed<Key, Value>, key: Key, ms: number, read: () => Promise<Value>): Promise<Value> {
  const found = known.get(key)
  const now = performance.now()
  if (found && now < found.until) return found.value
  const value = read()
  known.set(key, { until: now + ms, value })
  value.catch(() => known.delete(key))
  return value
}
