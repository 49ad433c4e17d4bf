/**
 * WeCom writes null where a list or text is empty; that is an absent field. NUL and halves of letters, which people's clients
 * let into names, are no letters that a database holds: one of them would keep everybody behind it from being read.
 */
export function withoutNull(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed()
  if (Array.isArray(value)) return value.filter((one) => one !== null).map(withoutNull)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutNull(field)]),
  )
}
