import { lookup } from 'node:dns/promises'
import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { BlockList, isIP } from 'node:net'
import { appError } from './errors.ts'

// The one client for addresses that people type in: webhooks, previews, images. Names are resolved once, the address is
// checked and then pinned, redirects are not followed, answers are bounded.

const refusedV4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
const refusedV6: [string, number][] = [
  ['::', 127],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
]

const blocked = new BlockList()
for (const [net, bits] of refusedV4) blocked.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of refusedV6) blocked.addSubnet(net, bits, 'ipv6')

/** IPv4 inside IPv6 (::ffff:127.0.0.1) is judged as the IPv4 it is. */
export function isPublicAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address
  const family = isIP(plain)
  if (family === 0) return false
  if (family === 6 && /^::ffff:/i.test(plain)) return false
  return !blocked.check(plain, family === 4 ? 'ipv4' : 'ipv6')
}

/** Addresses on one's own network are refused unless the operator of this installation allows them (LIULIANG_ALLOW_PRIVATE_TARGETS=1). */
const allowsPrivate = (): boolean => process.env.LIULIANG_ALLOW_PRIVATE_TARGETS === '1'

/** The address behind a URL, or `url.…` with the field. Used when a URL is saved and again at every delivery. */
export async function resolveTarget(text: string, field: string): Promise<{ url: URL; address: string; family: number }> {
  if (!URL.canParse(text)) throw refused('url.invalid', 'This is not a URL.', field)
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('url.scheme', 'Only http and https are called.', field)
  if (url.username || url.password) throw refused('url.credentials', 'A URL with user and password is not called.', field)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const found = await lookup(host, { all: true, verbatim: true }).catch(() => [])
  const [first] = found
  if (!first) throw refused('url.unknown_host', `The host ${host} is not known.`, field)
  // Every address must be fit: a name with one good and one private address is a trick.
  if (!allowsPrivate() && !found.every(({ address }) => isPublicAddress(address)))
    throw refused('url.private', `${host} lies in a private network.`, field)
  return { url, address: first.address, family: first.family }
}

const refused = (code: string, message: string, field: string) => appError(code, { message, field })

export type Answer = { status: number; milliseconds: number }

const mostAnswerBytes = 64 * 1024

/** POSTs a text and tells the status; what the other side says is not kept. Throws when there was no answer. */
export async function post(text: string, body: string, headers: Record<string, string>, timeoutMs: number): Promise<Answer> {
  const { url, address, family } = await resolveTarget(text, 'url')
  const started = performance.now()
  const request = url.protocol === 'https:' ? requestSecure : requestPlain
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'User-Agent': 'Liuliang', ...headers },
        // The checked address and no other: a second look-up could answer differently.
        lookup: (_host, options, done) =>
          'all' in options && options.all ? done(null, [{ address, family }] as never) : done(null, address, family),
        signal: AbortSignal.timeout(timeoutMs),
        agent: false,
      },
      (response) => {
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > mostAnswerBytes) response.destroy()
        })
        response.on('close', () => resolve({ status: response.statusCode ?? 0, milliseconds: Math.round(performance.now() - started) }))
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}
