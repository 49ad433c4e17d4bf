import decodeQR from 'qr/decode.js'
import { toPixels } from './render.ts'

/** What a picture of a code says; undefined where no code is found in it. */
export function readQr(picture: Buffer): string | undefined {
  const type = picture[0] === 0x89 ? 'png' : 'jpeg'
  for (const side of [600, 1000, 300]) {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="${side}" height="${side}" fill="#fff"/><image href="data:image/${type};base64,${picture.toString('base64')}" width="${side}" height="${side}"/></svg>`
    try {
      return decodeQR(toPixels(svg))
    } catch {
      // Another size may do.
    }
  }
  return undefined
}
