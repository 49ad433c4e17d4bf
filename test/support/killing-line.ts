import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where a call that makes a mass message is cut: WeCom never hears of it; WeCom did it and nobody hears its answer. */
export type Cut = 'before the call' | 'after the call'

/** The line between one worker and the sandbox, which can cut a call at a chosen moment. */
export type KillingLine = {
  url: string
  /** Cuts the next call; `strike` is called at that moment, before anybody could hear an answer. */
  aim(cut: Cut, strike: () => void): void
  /** Lets calls pass again that were not struck. */
  rest(): void
  close(): Promise<void>
}

const creation = '/cgi-bin/externalcontact/add_msg_template'

export async function openKillingLine(sandboxUrl: string): Promise<KillingLine> {
  let aimed: { cut: Cut; strike: () => void } | undefined
  const server = createServer(async (request, response) => {
    const body = await bytesOf(request)
    const struck = request.url?.startsWith(creation) ? aimed : undefined
    if (struck) aimed = undefined
    if (struck?.cut === 'before the call') {
      struck.strike()
      return void request.socket.destroy()
    }
    const { 'content-type': contentType = 'application/json' } = request.headers
    const answer = await fetch(`${sandboxUrl}${request.url}`, {
      method: request.method ?? 'GET',
      ...(request.method === 'POST' && { body: new Uint8Array(body), headers: { 'content-type': contentType } }),
    }).catch(() => undefined)
    const bytes = answer && Buffer.from(await answer.arrayBuffer())
    struck?.strike()
    if (struck || !answer) return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' }).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    aim: (cut, strike) => {
      aimed = { cut, strike }
    },
    rest: () => {
      aimed = undefined
    },
    close: () => closed(server),
  }
}

async function bytesOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return new Uint8Array(Buffer.concat(parts))
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
