import { z } from 'zod'
import { Row } from '../counted.ts'
import type { Part } from '../definition.ts'
import type { Asking } from '../rows/facts.ts'
import type { Spans } from '../spans.ts'

/** A number of one part (by its place among those asked for) in one interval (key '' for the whole), as ClickHouse gives it. */
export const PartRow = Row.extend({ part: z.number() })
export type PartRow = z.infer<typeof PartRow>

/** A part and its place among all that are asked for. */
export type Placed<Rows extends Part['rows'] = Part['rows']> = { place: number; part: Part & { rows: Rows } }

/** One question to ClickHouse that answers about several parts. */
export type Question = { places: readonly number[]; ask(): Promise<PartRow[]> }

/** Takes the parts it can answer, undivided by any dimension. */
export type Asker = (asking: Omit<Asking, 'bind'>, spans: Spans, parts: readonly Placed[]) => Question[]

export const placesOf = (parts: readonly Placed[]): number[] => parts.map(({ place }) => place)

/** The places (integers of our own) as an array in SQL. */
export const placesSql = (parts: readonly Placed[]): string => `[${placesOf(parts).join(', ')}]::Array(UInt32)`

export const isOf =
  <Kind extends Part['rows']['kind']>(kind: Kind) =>
  (placed: Placed): placed is Placed<Extract<Part['rows'], { kind: Kind }>> =>
    placed.part.rows.kind === kind

/** A person's row as far as people count; nothing is measured. */
export const onlyPersons = (place: number, isNow: number, key: string, persons: number, events = persons): PartRow => ({
  ...{ part: place, isNow, key, value: null, events, persons },
  ...{ measured: null, known: 0, currencies: [] },
})
