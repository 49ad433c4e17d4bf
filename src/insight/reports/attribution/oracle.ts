import type { TestEvent } from '../testing.ts'

/** What the report should say of a small world, looked up touch by touch. Credits are by touchpoint, `null` for no touch at all. */
export type Expected = {
  conversions: number
  value: number
  withoutConversion: number
  open: number
  cut: number
  credits: Map<string, Map<string | null, number>>
  values: Map<string, Map<string | null, number>>
  converted: Map<string | null, Set<string>>
  touched: Map<string, Set<string>>
  touches: Map<string, number>
  journeys: { touches: string[]; conversions: number; nulls: number }[]
}

type Asked = { from: number; to: number; now: number; windowMs: number; halfLifeMs: number; direct: string[] }
type Timed = { ms: number; source: string; amount: number; isTouch: boolean; isConversion: boolean }

export function attributeByHand(events: readonly TestEvent[], asked: Asked): Expected {
  const expected: Expected = {
    conversions: 0,
    value: 0,
    withoutConversion: 0,
    open: 0,
    cut: 0,
    credits: new Map(),
    values: new Map(),
    converted: new Map(),
    touched: new Map(),
    touches: new Map(),
    journeys: [],
  }
  const people = Map.groupBy(events, ({ person }) => person)
  for (const [person, own] of people) attributePerson(expected, person, own.map(timed), asked)
  return expected
}

const timed = ({ event, timestamp, properties = {} }: TestEvent): Timed => ({
  ms: Date.parse(timestamp),
  source: String(properties.source ?? ''),
  amount: Number(properties.amount ?? 0),
  isTouch: event === 'visit' && properties.source !== undefined && properties.source !== '',
  isConversion: event === 'buy' && properties.test !== true,
})

function attributePerson(expected: Expected, person: string, events: Timed[], asked: Asked): void {
  const touches = events.filter((one) => one.isTouch && one.ms < asked.to).sort((a, b) => a.ms - b.ms)
  const conversions = events.filter((one) => one.isConversion)
  const isIn = ({ ms }: Timed) => ms >= asked.from && ms < asked.to
  const leads = (touch: Timed, conversion: Timed) => touch.ms <= conversion.ms && conversion.ms - touch.ms <= asked.windowMs
  for (const conversion of conversions.filter(isIn)) {
    const whole = touches.filter((touch) => leads(touch, conversion))
    const path = whole.length > 200 ? [...whole.slice(0, 1), ...whole.slice(-199)] : whole
    if (whole.length > 200) expected.cut += 1
    expected.conversions += 1
    expected.value += conversion.amount
    for (const source of path.length === 0 ? [null] : path.map((one) => one.source)) put(expected.converted, source, person)
    for (const [model, shares] of sharesOf(path, conversion, asked))
      for (const [source, share] of shares) {
        add(mapOf(expected.credits, model), source, share)
        add(mapOf(expected.values, model), source, share * conversion.amount)
      }
    if (path.length > 0) expected.journeys.push({ touches: path.map((one) => one.source), conversions: 1, nulls: 0 })
  }
  for (const touch of touches.filter(isIn)) {
    put(expected.touched, touch.source, person)
    add(expected.touches, touch.source, 1)
  }
  const idle = touches.filter(isIn).filter((touch) => !conversions.some((conversion) => leads(touch, conversion)))
  const last = idle.at(-1)
  if (!last) return
  if (last.ms + asked.windowMs > asked.now) expected.open += 1
  else {
    expected.withoutConversion += 1
    const kept = idle.length > 200 ? [...idle.slice(0, 1), ...idle.slice(-199)] : idle
    expected.journeys.push({ touches: kept.map((one) => one.source), conversions: 0, nulls: 1 })
  }
}

function sharesOf(path: Timed[], conversion: Timed, { direct, halfLifeMs }: Asked): [string, [string | null, number][]][] {
  const models = ['first', 'last', 'last_non_direct', 'linear', 'position', 'time_decay']
  if (path.length === 0) return [...models, 'markov'].map((model) => [model, [[null, 1]]])
  const n = path.length
  const last = path.findLast(({ source }) => !direct.includes(source)) ?? path.at(-1)
  const decays = path.map(({ ms }) => 0.5 ** ((conversion.ms - ms) / halfLifeMs))
  const sum = decays.reduce((a, b) => a + b, 0)
  const place = (i: number) => (n === 1 ? 1 : n === 2 ? 0.5 : i === 0 || i === n - 1 ? 0.4 : 0.2 / (n - 2))
  return [
    ['first', [[path[0]?.source ?? '', 1]]],
    ['last', [[path.at(-1)?.source ?? '', 1]]],
    ['last_non_direct', [[last?.source ?? '', 1]]],
    ['linear', path.map(({ source }) => [source, 1 / n])],
    ['position', path.map(({ source }, i) => [source, place(i)])],
    ['time_decay', path.map(({ source }, i) => [source, (decays[i] ?? 0) / sum])],
  ]
}

const add = <Key>(map: Map<Key, number>, key: Key, value: number) => map.set(key, (map.get(key) ?? 0) + value)
const put = <Key>(map: Map<Key, Set<string>>, key: Key, value: string) => map.set(key, (map.get(key) ?? new Set()).add(value))
const mapOf = <Key>(maps: Map<string, Map<Key, number>>, key: string): Map<Key, number> => {
  const found = maps.get(key) ?? new Map<Key, number>()
  maps.set(key, found)
  return found
}
