import { expect, test } from 'vitest'
import { dark, light, type Palette } from '#console/theme.ts'

const pairs: [keyof Palette, keyof Palette][] = [
  ['ink', 'paper'],
  ['ink', 'card'],
  ['inkSoft', 'paper'],
  ['inkSoft', 'card'],
  ['inkMute', 'paper'],
  ['inkMute', 'card'],
  ['inkMute', 'sunk'],
  ['accent', 'paper'],
  ['accent', 'card'],
  ['accent', 'accentSoft'],
  ['onAccent', 'accent'],
  ['amber', 'amberSoft'],
  ['card', 'amber'],
  ['red', 'card'],
  ['red', 'redSoft'],
  ['slate', 'slateSoft'],
]

test.each([
  ['light', light],
  ['dark', dark],
])('every text of the %s palette stands out by 4.5 to 1', (_name, palette) => {
  const weak = pairs.filter(([text, ground]) => contrast(palette[text], palette[ground]) < 4.5)
  expect(weak).toEqual([])
})

test.each([
  ['light', light],
  ['dark', dark],
])('marks and the focus ring of the %s palette stand out by 3 to 1', (_name, palette) => {
  expect(contrast(palette.mark, palette.card)).toBeGreaterThanOrEqual(3)
  expect(contrast(palette.mark, palette.paper)).toBeGreaterThanOrEqual(3)
})

/** WCAG 2: relative luminance of sRGB. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
