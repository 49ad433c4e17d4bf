// Reads what a QR code in a picture says: a chosen file, a pasted or dropped picture, one out of a chat.
let reader

/** The words of the code, or nothing. Big photos are made smaller, small ones bigger: the reader wants a few pixels a module. */
export async function readCode(blob) {
  reader ??= import('/assets/qr/decode.js')
  const { decodeQR } = await reader
  const image = await pictureOf(blob)
  const longest = Math.max(image.naturalWidth, image.naturalHeight) || 512
  for (const side of [Math.min(longest, 1600), 800, 400]) {
    const text = decoded(decodeQR, image, side / longest)
    if (text) return text
  }
  return undefined
}

function decoded(decodeQR, image, scale) {
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round((image.naturalWidth || 512) * scale))
  canvas.height = Math.max(1, Math.round((image.naturalHeight || 512) * scale))
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  // Codes with a clear background are drawn for white paper.
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(image, 0, 0, canvas.width, canvas.height)
  try {
    return decodeQR(pen.getImageData(0, 0, canvas.width, canvas.height))
  } catch {
    return undefined
  }
}

async function pictureOf(blob) {
  const url = URL.createObjectURL(blob)
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    return image
  } finally {
    URL.revokeObjectURL(url)
  }
}

export const pictureIn = (items) => [...(items ?? [])].find((it) => it.type?.startsWith('image/'))
