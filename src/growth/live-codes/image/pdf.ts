import { deflateSync } from 'node:zlib'
import type { PDFDocument } from '@cantoo/pdf-lib'
import { Resvg } from '@resvg/resvg-js'
import { font } from './render.ts'

/** Read when somebody prints: no process needs its two hundred files to start. */
type Library = typeof import('@cantoo/pdf-lib')

/** Print sizes in millimetres: a card for the counter, A5 for a poster. */
const widthMm = { square: 90, tall: 148 } as const
const pointsPerMm = 72 / 25.4
const dotsPerInch = 400

/** A page a picture, each as large as its print, 400 dots an inch. */
export async function toPdf(svgs: AsyncIterable<string> | Iterable<string>, title: string): Promise<Uint8Array> {
  const library = await import('@cantoo/pdf-lib')
  const document = await library.PDFDocument.create()
  document.setTitle(title)
  document.setProducer('Liuliang')
  for await (const svg of svgs) {
    const [, across = 1000, down = 1000] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []).map(Number)
    const mm = down / across > 1.4 ? widthMm.tall : widthMm.square
    addPicture(library, document, svg, mm, down / across)
    // A long pack must not keep everybody else waiting.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return document.save()
}

/** The pixels go in as they are, packed natively; through a PNG the library would unpack and pack them again in JavaScript. */
function addPicture(library: Library, document: PDFDocument, svg: string, mm: number, ratio: number): void {
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
    library.pushGraphicsState(),
    library.concatTransformationMatrix(page.getWidth(), 0, 0, page.getHeight(), 0, 0),
    library.drawObject(name),
    library.popGraphicsState(),
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
