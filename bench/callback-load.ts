// Sends callbacks as WeCom does, encrypted and signed, at a steady rate; a process of its own. Times count from the moment a
// callback was due and not from when a busy connection got round to it.
import { randomBytes, randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { parseArgs } from 'node:util'
import { encrypt, parseKey, sign } from '#connectors/wecom/crypto.ts'
import { percentile } from './bench.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    corpId: { type: 'string' },
    token: { type: 'string' },
    key: { type: 'string' },
    rate: { type: 'string' },
    seconds: { type: 'string' },
    /** Seconds before them in which callbacks come already and are counted apart: V8 compiles the code of a new web process while it runs, the last of it after ten thousand callbacks. */
    warmUp: { type: 'string', default: '0' },
  },
})
const { hostname, port, pathname } = new URL(String(values.url))
const [corpId, token] = [String(values.corpId), String(values.token)]
const [rate, seconds, warmUp] = [Number(values.rate), Number(values.seconds), Number(values.warmUp)]
const key = parseKey(String(values.key))
const connections = 32

/** A friend lost whom nobody had heard of: real work for the inbox, and no question to WeCom. */
function request(): string {
  const at = Math.floor(Date.now() / 1000)
  const xml = `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[del_follow_user]]></ChangeType><UserID><![CDATA[zhangsan]]></UserID><ExternalUserID><![CDATA[wm${randomUUID()}]]></ExternalUserID></xml>`
  const encrypted = encrypt(key, corpId, xml)
  const nonce = randomBytes(5).toString('hex')
  const body = `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><AgentID></AgentID><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
  const query = `msg_signature=${sign(token, String(at), nonce, encrypted)}&timestamp=${at}&nonce=${nonce}`
  return `POST ${pathname}?${query} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: text/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

const latencies: number[] = []
const early: number[] = []
let failed = 0
const started = performance.now()
const timedFrom = started + warmUp * 1000
const total = rate * (warmUp + seconds)
let next = 0

function client(): Promise<void> {
  return new Promise((resolve, reject) => {
    let dueAt = 0
    let received = ''
    const socket: Socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    const send = () => {
      if (next >= total) return void socket.end(resolve)
      dueAt = started + (next++ * 1000) / rate
      const waitMs = dueAt - performance.now()
      if (waitMs > 1) setTimeout(() => socket.write(request()), waitMs)
      else socket.write(request())
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const head = received.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0)
      if (received.length < head + 4 + length) return
      if (!received.startsWith('HTTP/1.1 200')) failed++
      received = ''
      const times = dueAt >= timedFrom ? latencies : early
      times.push(performance.now() - dueAt)
      send()
    })
  })
}

await Promise.all(Array.from({ length: connections }, client))
const [sorted, sortedEarly] = [latencies, early].map((all) => Float64Array.from(all).sort())
process.stdout.write(
  JSON.stringify({
    answered: latencies.length - failed,
    failed,
    seconds: (performance.now() - timedFrom) / 1000,
    p50: percentile(sorted ?? [], 0.5),
    p99: percentile(sorted ?? [], 0.99),
    earlyP99: percentile(sortedEarly ?? [], 0.99),
  }),
)
