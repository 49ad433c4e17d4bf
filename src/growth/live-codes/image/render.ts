import { fileURLToPath } from 'node:url'
import { deflateSync } from 'node:zlib'
import { concatTransformationMatrix, drawObject, PDFDocument, popGraphicsState, pushGraphicsState } from '@cantoo/pdf-lib'
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
    addPicture(document, svg, mm, down / across)
    // A long pack must not keep everybody else waiting.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return document.save()
}

/** The pixels go in as they are, packed natively; through a PNG the library would unpack and pack them again in JavaScript. */
function addPicture(document: PDFDocument, svg: string, mm: number, ratio: number): void {
  const { width, height, pixels } = new Resvg(svg, {
    font,
    fitTo: { mode: 'width', value: Math.round((mm / 25.4) * dotsPerInch) },
  }).render()
  const facts = {
    Type: 'XObject',
    Subtype: 'Image',
    Width: width,
    Height: height,
    ColorSpace: 'DeviceRGB',
    BitsPerComponent: 8,
    Filter: 'FlateDecode',
  }
  const picture = document.context.register(document.context.stream(deflateSync(withoutAlpha(pixels), { level: 4 }), facts))
  const page = document.addPage([mm * pointsPerMm, mm * pointsPerMm * ratio])
  const name = page.node.newXObject('Picture', picture)
  page.pushOperators(
    pushGraphicsState(),
    concatTransformationMatrix(page.getWidth(), 0, 0, page.getHeight(), 0, 0),
    drawObject(name),
    popGraphicsState(),
  )
}

/** Our pictures have no holes: every layout begins with a filled ground. */
function withoutAlpha(pixels: Buffer): Buffer {
  const plain = Buffer.allocUnsafe((pixels.length / 4) * 3)
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    plain[to] = pixels[from] ?? 0
    plain[to + 1] = pixels[from + 1] ?? 0
    plain[to + 2] = pixels[from + 2] ?? 0
  }
  return plain
}
