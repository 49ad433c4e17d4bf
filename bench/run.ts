// `npm run bench -- NAME [--size small|full] [--json]`: one benchmark, its figures beside their goals.
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import type { Bench, Row, Size } from './bench.ts'

const benches: Record<string, () => Promise<{ bench: Bench }>> = {
  ingest: () => import('./ingest.ts'),
  insight: () => import('./insight.ts'),
  journeys: () => import('./journeys.ts'),
  pages: () => import('./pages.ts'),
  segments: () => import('./segments.ts'),
  wecom: () => import('./wecom.ts'),
}

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: 'string', default: 'full' }, json: { type: 'boolean', default: false } },
})
const [name = ''] = positionals
const load = benches[name]
if (!load || (flags.size !== 'small' && flags.size !== 'full')) {
  process.stderr.write(
    `${JSON.stringify({ code: 'bench.unknown', message: `Benchmarks: ${Object.keys(benches).join(', ')}; sizes: small, full.`, field: load ? 'size' : 'NAME' })}\n`,
  )
  process.exit(1)
}
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}`
const rows = await (await load()).bench(flags.size as Size, (text) => process.stderr.write(`${text}\n`))
if (flags.json) process.stdout.write(`${JSON.stringify({ bench: name, machine, size: flags.size, rows })}\n`)
else process.stdout.write(`${name} (${flags.size}) on ${machine}\n${rows.map(line).join('\n')}\n`)
process.exit(0)

function line({ name, value, unit, baseline, ratio, goal, met }: Row): string {
  const compared = baseline === undefined ? '' : `  baseline ${round(baseline)} ${unit}, ×${round(ratio ?? 0)}`
  return `  ${met ? '✓' : '✗'} ${name.padEnd(48)} ${String(round(value)).padStart(10)} ${unit}  (goal ${goal})${compared}`
}

function round(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100
}
