import { fileURLToPath } from 'node:url'
import { PDFDocument } from '@cantoo/pdf-lib'
import { Resvg } from '@resvg/resvg-js'
import { cardFont } from './card.ts'

const fontFile = (weight: string): string =>
  fileURLToPath(import.meta.resolve(`@embedpdf/fonts-sc`).replace(/dist\/[^/]*$/, `fonts/NotoSansHans-${weight}.otf`))

const font = { loadSystemFonts: false, fontFiles: [fontFile('Medium'), fontFile('Bold')], defaultFontFamily: cardFont }

/** Nothing is ever fetched: pictures in the text are data. */
export function toPng(svg: string, width: number): Buffer {
  return new Resvg(svg, { font, fitTo: { mode: 'width', value: width } }).render().asPng()
}

export function toPixels(svg: string): { width: number; height: number; data: Uint8Array } {
  const image = new Resvg(svg, { font: { loadSystemFonts: false } }).render()
  return { width: image.width, height: image.height, data: image.pixels }
}

/** Print sizes in millimetres: a card for the counter, A5 for a poster. */
const widthMm = { square: 90, tall: 148 } as const
const pointsPerMm = 72 / 25.4
const dotsPerInch = 400

/** A page a picture, each as large as its print, 400 dots an inch. */
export async function toPdf(svgs: AsyncIterable<string> | Iterable<string>, title: string): Promise<Uint8Array> {
  const document = await PDFDocument.create()
  document.setTitle(title)
  document.setProducer('Liuliang')
  for await (const svg of svgs) {
    const [, across = 1000, down = 1000] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []).map(Number)
    const mm = down / across > 1.4 ? widthMm.tall : widthMm.square
    const image = await document.embedPng(toPng(svg, Math.round((mm / 25.4) * dotsPerInch)))
    const [width, height] = [mm * pointsPerMm, mm * pointsPerMm * (down / across)]
    document.addPage([width, height]).drawImage(image, { x: 0, y: 0, width, height })
    // A long pack must not keep everybody else waiting.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return document.save()
}
