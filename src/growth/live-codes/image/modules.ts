import encodeQR from 'qr'

export type Modules = { size: number; isDark(row: number, column: number): boolean }

/** Level H bears the loss of 30 % of its modules, which is what makes room for a logo. */
export function modulesOf(text: string): Modules {
  const border = 1
  const rows = encodeQR(text, 'raw', { ecc: 'high', border })
  return { size: rows.length - 2 * border, isDark: (row, column) => rows[row + border]?.[column + border] === true }
}

/** Light modules around a code that phones need to find it (ISO/IEC 18004). */
export const quietModules = 4

/** One path of all dark modules, a run a row, within `side` including the quiet zone; modules under the logo stay out. */
export function pathOf({ size, isDark }: Modules, side: number, hole: number): string {
  const unit = side / (size + 2 * quietModules)
  const [from, to] = [(size - hole) / 2, (size + hole) / 2]
  const isShown = (row: number, column: number) =>
    isDark(row, column) && !(hole > 0 && row >= from && row < to && column >= from && column < to)
  const runs: string[] = []
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      if (!isShown(row, column)) continue
      const start = column
      while (column + 1 < size && isShown(row, column + 1)) column++
      runs.push(
        `M${short((start + quietModules) * unit)} ${short((row + quietModules) * unit)}h${short((column - start + 1) * unit)}v${short(unit)}h-${short((column - start + 1) * unit)}z`,
      )
    }
  return runs.join('')
}

const short = (value: number): string => String(Math.round(value * 1000) / 1000)

/** Modules across that a logo may cover: about a fifth of the side, 4 % of the area, well below what level H gives back. */
export const logoModules = (size: number): number => {
  const across = Math.floor(size * 0.22)
  return across % 2 === size % 2 ? across : across - 1
}
