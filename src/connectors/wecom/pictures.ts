import { WecomUnreachable } from './errors.ts'

const mostBytes = 2 * 1024 * 1024
const timeoutMs = 5_000

/** A picture that WeCom gave the address of, such as a contact-me code: small, no redirects, pictures only. */
export async function fetchPicture(url: string): Promise<Buffer> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) }).catch((cause) => {
    throw new WecomUnreachable('picture', 'the picture did not come', cause)
  })
  const declared = Number(response.headers.get('content-length') ?? 0)
  if (!response.ok || !response.headers.get('content-type')?.startsWith('image/') || declared > mostBytes) {
    await response.body?.cancel()
    throw new WecomUnreachable('picture', `status ${response.status}, ${response.headers.get('content-type')}`)
  }
  const bytes = Buffer.from(await response.arrayBuffer())
  if (bytes.length > mostBytes) throw new WecomUnreachable('picture', 'it is too large')
  return bytes
}
