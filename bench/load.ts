// The load generator of `bench ingest`, a process of its own: keep-alive connections that each wait for their answer.
// It speaks HTTP over plain sockets, because it shares two cores with what it measures.
import { connect } from 'node:net'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    key: { type: 'string' },
    connections: { type: 'string' },
    seconds: { type: 'string' },
    batch: { type: 'string' },
    persons: { type: 'string' },
    name: { type: 'string' },
    seed: { type: 'string', default: '1' },
    /** Requests a second that all connections offer together; 0 for as many as are answered. */
    rate: { type: 'string', default: '0' },
  },
})
const { hostname, port } = new URL(String(values.url))
const [connections, seconds, batch, persons] = [
  Number(values.connections),
  Number(values.seconds),
  Number(values.batch),
  Number(values.persons),
]

const names = ['page.viewed', 'page.clicked', 'product.viewed', 'material.opened', 'cart.added']
let sequence = Number(values.seed)
/** A plain linear congruential generator: the same load in every run. */
const random = (): number => {
  sequence = (sequence * 1_103_515_245 + 12_345) % 2_147_483_648
  return sequence / 2_147_483_648
}

function requestText(): string {
  const events: string[] = []
  for (let i = 0; i < batch; i++) {
    const person = Math.floor(random() * persons)
    events.push(
      `{"person":"${values.name}-${person}","event":"${names[person % names.length]}","timestamp":"${new Date().toISOString()}","properties":{"path":"/p/${person % 50}","source":"wechat","stay":${person % 300}}}`,
    )
  }
  const body = `{"events":[${events.join(',')}]}`
  return `POST /api/v1/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${values.key}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

const latencies: number[] = []
let accepted = 0
let failed = 0
const started = performance.now()
const end = started + seconds * 1000
/** Between two requests of one connection; who is late sends at once. */
const pauseMs = Number(values.rate) > 0 ? (connections * 1000) / Number(values.rate) : 0

function client(_: unknown, number: number): Promise<void> {
  return new Promise((resolve) => {
    let due = started + (pauseMs * number) / connections
    let sentAt = 0
    let received = ''
    const socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    const send = () => {
      sentAt = performance.now()
      socket.write(requestText())
    }
    socket.on('connect', send)
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const head = received.indexOf('\r\n\r\n')
      const length = /content-length: (\d+)/i.exec(received)
      if (head < 0 || !length || received.length < head + 4 + Number(length[1])) return
      if (received.startsWith('HTTP/1.1 202')) accepted += Number(/"accepted":(\d+)/.exec(received)?.[1])
      else failed++
      received = ''
      latencies.push(performance.now() - sentAt)
      due += pauseMs
      if (performance.now() >= end) socket.end(() => resolve())
      else if (due > performance.now()) setTimeout(send, due - performance.now())
      else send()
    })
    socket.on('error', () => {
      failed++
      resolve()
    })
  })
}

await Promise.all(Array.from({ length: connections }, client))
const elapsed = (performance.now() - started) / 1000
const sorted = Float64Array.from(latencies).sort()
const at = (p: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0
process.stdout.write(
  JSON.stringify({ requests: latencies.length, accepted, failed, seconds: elapsed, p50: at(0.5), p99: at(0.99), max: at(1) }),
)
