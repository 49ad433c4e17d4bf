import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { Installation } from '../context.ts'
import { createServer } from './server.ts'

const quiet = { log: { isLevelEnabled: () => false, error: () => undefined } } as unknown as Installation

test('every answer carries the request id and may not be sniffed, also a refusal and what nobody answers', async () => {
  const app = createServer(quiet, async () => undefined)
  app.get('/text', (c) => c.body('well', 200, { 'Content-Type': 'text/plain' }))
  app.get('/broken', () => {
    throw new Error('broken')
  })
  app.route(
    '/inner',
    new Hono().get('/json', (c) => c.json({ well: true })),
  )
  for (const [path, status] of [
    ['/text', 200],
    ['/inner/json', 200],
    ['/broken', 500],
    ['/nowhere', 404],
  ] as const) {
    const response = await app.request(path, { headers: { 'x-request-id': 'asked-12345' } })
    expect({
      path,
      status: response.status,
      id: response.headers.get('x-request-id'),
      sniff: response.headers.get('x-content-type-options'),
    }).toEqual({ path, status, id: 'asked-12345', sniff: 'nosniff' })
  }
})
