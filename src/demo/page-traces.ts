import { type Random, seededRandom } from '#platform/random.ts'
import type { Act } from './visits.ts'

/** Where people tap on the demo's pages: what stands there, how far down, and how many of those who come tap it. */
const targets: Record<string, readonly { selector: string; text: string; x: number; y: number; share: number }[]> = {
  landing: [
    { selector: '#code', text: '长按识别二维码', x: 0.5, y: 620, share: 0.52 },
    { selector: '#banner > a', text: '领新人礼', x: 0.5, y: 280, share: 0.24 },
    { selector: 'section:nth-of-type(3) > a', text: '看看茶友怎么说', x: 0.42, y: 1180, share: 0.12 },
  ],
  inside: [
    { selector: 'nav > a:nth-of-type(2)', text: '茶铺', x: 0.38, y: 48, share: 0.3 },
    { selector: 'section:nth-of-type(1) > a:nth-of-type(1)', text: '本周新茶', x: 0.28, y: 420, share: 0.34 },
    { selector: 'section:nth-of-type(1) > a:nth-of-type(2)', text: '老客专享', x: 0.74, y: 420, share: 0.2 },
    { selector: 'section:nth-of-type(2) > a', text: '七日早茶打卡', x: 0.5, y: 860, share: 0.16 },
    { selector: 'footer > a', text: '联系顾问', x: 0.5, y: 1640, share: 0.05 },
  ],
}

const landings = new Set(['/spring', '/gift', '/oolong'])
const pageHeight = 1800
const screens = { phone: { width: 390, height: 780 }, desktop: { width: 1280, height: 800 } } as const

/** What the tracker adds to views: a device, a click or two, how far somebody came and how long they stayed. */
export function traced(acts: readonly Act[], seed: string): Act[] {
  const random = seededRandom(`traces ${seed}`)
  const deviceKind = random.chance(0.86) ? 'phone' : 'desktop'
  return acts.flatMap((act, i) => {
    if (act.event !== 'page.viewed') return [act]
    const stayMs = Math.min(restOf(acts, i), 3_000 + Math.floor(random.next() ** 2 * 80_000))
    return traceOf(random, act, { deviceKind, view: `${seed} ${act.at}`, stayMs })
  })
}

/** Up to the next act, which takes people away. */
const restOf = (acts: readonly Act[], i: number): number =>
  Math.max(1_000, (acts[i + 1]?.at ?? Number.POSITIVE_INFINITY) - (acts[i]?.at ?? 0) - 500)

type Trace = { deviceKind: keyof typeof screens; view: string; stayMs: number }

function traceOf(random: Random, act: Act, { deviceKind, view, stayMs }: Trace): Act[] {
  const screen = screens[deviceKind]
  const common = { ...act.properties, deviceKind, view, pageHeight }
  const depth =
    Math.round(Math.min(1, (screen.height + random.next() ** 1.6 * (pageHeight - screen.height) * 1.15) / pageHeight) * 100) / 100
  const seen = (targets[landings.has(String(act.properties.page)) ? 'landing' : 'inside'] ?? []).filter(({ y }) => y <= depth * pageHeight)
  const clicks = seen.filter(({ share }) => random.chance(share))
  return [
    { ...act, properties: { ...common, pageWidth: screen.width, viewportHeight: screen.height } },
    ...clicks.map(({ selector, text, x, y }, nth) => ({
      event: 'page.clicked',
      at: act.at + Math.floor((stayMs * (nth + 1)) / (clicks.length + 2)),
      properties: { ...common, selector, text, ...near(random, x, y) },
    })),
    { event: 'page.left', at: act.at + stayMs, properties: { ...common, seconds: Math.round(stayMs / 100) / 10, depth } },
  ]
}

/** Thumbs are not exact. */
const near = (random: Random, x: number, y: number): { x: number; y: number } => ({
  x: Math.round((x + (random.next() + random.next() - 1) * 0.12) * 1000) / 1000,
  y: Math.round(y + (random.next() + random.next() - 1) * 40),
})
