import { randomBytes } from 'node:crypto'

export type Upload = { field?: string; fileName: string; contentType: string; bytes: Uint8Array }

/**
 * The file of an upload. WeCom reads neither RFC 2231 nor percent-encoded names: the name must stand in the header as raw
 * UTF-8, or the customer sees a garbled or random one.
 */
export function multipart(upload: Upload): { contentType: string; body: Uint8Array<ArrayBuffer> } {
  const boundary = `liuliang-${randomBytes(12).toString('hex')}`
  const { field = 'media', fileName, contentType, bytes } = upload
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${field}"; filename="${safeName(fileName)}"; filelength=${bytes.length}`,
    `Content-Type: ${contentType}`,
  ]
  const body = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'utf8'), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)])
  return { contentType: `multipart/form-data; boundary=${boundary}`, body }
}

/** A quote or a line end would leave the header. */
function safeName(name: string): string {
  return (
    name
      .replace(/["\\]/g, '_')
      .replace(/\p{Cc}/gu, ' ')
      .trim() || 'file'
  )
}
