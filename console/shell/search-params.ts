/**
 * The address bar keeps plain text: `?q=123` stays the text "123" and lists are comma-separated, so that a person can read
 * and edit a link. The router's own form would turn such values into JSON.
 */
export const parseSearch = (search: string): Record<string, string> => Object.fromEntries(new URLSearchParams(search))

export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).flatMap(([key, value]) =>
    value === undefined || value === null || value === '' ? [] : [[key, String(value)]],
  )
  // A comma is legal in a query and far more readable than %2C.
  return given.length ? `?${new URLSearchParams(given).toString().replaceAll('%2C', ',')}` : ''
}
