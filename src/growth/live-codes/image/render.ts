import { fileURLToPath } from 'node:url'
import { Resvg } from '@resvg/resvg-js'
import { cardFont } from './card.ts'

const fontFile = (weight: string): string =>
  fileURLToPath(import.meta.resolve(`@embedpdf/fonts-sc`).replace(/dist\/[^/]*$/, `fonts/NotoSansHans-${weight}.otf`))

export const font = { loadSystemFonts: false, fontFiles: [fontFile('Medium'), fontFile('Bold')], defaultFontFamily: cardFont }

/** Nothing is ever fetched: pictures in the text are data. */
export function toPng(svg: string, width: number): Buffer {
  return new Resvg(svg, { font, fitTo: { mode: 'width', value: width } }).render().asPng()
}

export function toPixels(svg: string): { width: number; height: number; data: Uint8Array } {
  const image = new Resvg(svg, { font: { loadSystemFonts: false } }).render()
  return { width: image.width, height: image.height, data: image.pixels }
}
