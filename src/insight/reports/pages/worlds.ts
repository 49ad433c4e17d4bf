import fc from 'fast-check'
import type { TestEvent } from '../testing.ts'

const names = ['page.viewed', 'page.viewed', 'page.clicked', 'page.left', 'page.scrolled', 'video.played', 'order.paid']
const start = Date.parse('2026-03-02T22:00:00+08:00')

const act = fc.record({
  visitor: fc.constantFrom('a', 'b', 'c', '$d1', '$d2', ''),
  event: fc.constantFrom(...names),
  pauseMinutes: fc.constantFrom(0.1, 1, 5, 29.9, 30, 45),
  path: fc.constantFrom('/', '/a', '/a/', '/b', '/c', undefined),
  view: fc.constantFrom('v1', 'v2', 'v3', undefined),
  source: fc.constantFrom('wechat', 'douyin', undefined),
  deviceKind: fc.constantFrom('phone', 'desktop', undefined),
  seconds: fc.nat(90),
  depth: fc.integer({ min: 0, max: 40 }).map((n) => n / 40),
  x: fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000),
  y: fc.nat(3000),
  selector: fc.constantFrom('#buy', 'a.more', undefined),
})

/** Small random visits around a midnight, every event at its own instant. */
export const visitWorlds: fc.Arbitrary<TestEvent[]> = fc.array(act, { minLength: 1, maxLength: 40 }).map((acts) => {
  let ms = start
  return acts.map(({ visitor, event, pauseMinutes, ...rest }) => {
    ms += pauseMinutes * 60_000
    return {
      person: visitor.replace(/^\$.*/, ''),
      event,
      timestamp: new Date(ms).toISOString(),
      properties: propertiesOf(visitor, event, rest),
    }
  })
})

function propertiesOf(visitor: string, event: string, said: Record<string, unknown>): Record<string, unknown> {
  const { path, view, source, deviceKind, seconds, depth, x, y, selector } = said
  const own =
    event === 'page.clicked'
      ? { x, y, selector, text: selector && `says ${selector}`, pageHeight: 3000 }
      : event === 'page.left'
        ? { seconds, depth }
        : event === 'page.scrolled'
          ? { depth, pageHeight: 2800 }
          : { pageHeight: 2900, viewportHeight: 700 }
  const device = visitor.startsWith('$') ? visitor.slice(1) : undefined
  return { path, view: view && `${visitor} ${view}`, source, deviceKind, $device: device, ...own }
}
