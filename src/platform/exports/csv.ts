/**
 * One line of CSV. Texts that a spreadsheet would run are guarded with an apostrophe; numbers are numbers. Full-width signs
 * count too: programs set to Chinese or Japanese read them as formulas.
 */
export const csvLine = (cells: readonly unknown[]): string => `${cells.map(csvCell).join(',')}\r\n`

export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = guardFormula(value instanceof Date ? value.toISOString() : String(value))
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A plain number may begin with a sign; everything else that begins like a formula may not. */
export const guardFormula = (text: string): string =>
  /^[\s\0]*[=+\-@＝＋－＠\t\r]/u.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text
