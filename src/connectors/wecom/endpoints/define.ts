import * as z from 'zod'

type Shape = Record<string, z.ZodType>
type Out<Required extends Shape, Other extends Shape> = { [Name in keyof Required]: z.output<Required[Name]> } & {
  [Name in keyof Other]?: z.output<Other[Name]> | undefined
}
type In<Required extends Shape, Other extends Shape> = { [Name in keyof Required]: z.input<Required[Name]> } & {
  [Name in keyof Other]?: z.input<Other[Name]> | undefined
}

/**
 * What goes in and what comes out, and nothing of how it is checked. Zod's own types of objects carry every method for every
 * field; over all endpoints that was half of the type checker's work.
 */
type Model<Output, Input = Output> = z.ZodType<Output, Input>

/** An object that keeps what it does not know. Fields of the second group may be absent and then stay absent. */
export function object<Required extends Shape, Other extends Shape = Record<never, never>>(
  required: Required,
  other?: Other,
): Model<Out<Required, Other>, In<Required, Other>> {
  const optional = Object.fromEntries(Object.entries(other ?? {}).map(([name, type]) => [name, type.optional()]))
  return z.looseObject({ ...required, ...optional }) as unknown as Model<Out<Required, Other>, In<Required, Other>>
}

/** The same with every field optional: most of what WeCom answers. */
export const some = <Other extends Shape>(other: Other) => object({}, other)

export const list = <T extends z.ZodType>(item: T): Model<z.output<T>[], z.input<T>[]> => z.array(item)

/** A number, also when WeCom writes it as text (`created_at` of media/upload). */
export const number = z.preprocess(numeric, z.number()) as unknown as z.ZodType<number, number>
/** A truth, also as 0 and 1. */
export const flag = z.preprocess((value) => (value === 0 || value === 1 ? value === 1 : value), z.boolean()) as unknown as z.ZodType<
  boolean,
  boolean
>
/** Text as it stands. */
export const text: Model<string> = z.string()
/** An id: official samples have them with blanks around, and some are numbers. */
export const id = z.preprocess((value) => (typeof value === 'number' ? String(value) : value), z.string().trim()) as unknown as z.ZodType<
  string,
  string
>
/** Ids joined by `|`. */
export const pipes = z.preprocess(
  (value) => (typeof value === 'string' ? value.split('|').filter((part) => part !== '') : value),
  z.array(z.string()),
) as unknown as z.ZodType<string[], string | string[]>
export const ids = list(id)
export const numbers = list(number)

/** A documented bound on what we send, checked before the call so that the refusal names the field. */
export type Limit =
  | { chars?: number; bytes?: number; pattern?: RegExp }
  | { items: number; fewest?: number }
  /** Texts joined by `|`. */
  | { parts: number }
  | { atLeast: number; atMost: number }

/** Two moments in unix seconds and how far apart they may be; `whole`: as days of Beijing, both ends included. */
export type Span = { from: string; to: string; days: number; whole?: boolean }

type Facts = {
  /** Page of developer.work.weixin.qq.com: /document/path/<doc>. */
  doc?: number
  /** May be sent again when nobody knows whether the first one arrived. */
  repeatable?: boolean
  /** Field path (`text.content`, `tag.*.name`) to its bound. */
  limits?: Record<string, Limit>
  span?: Span
  /** Fewer calls side by side than usual; 1 where WeCom asks for serial calls. */
  parallel?: number
}

export type Endpoint<Request extends z.ZodType = z.ZodType, Response extends z.ZodType = z.ZodType> = Facts & {
  method: 'GET' | 'POST'
  request: Request
  response: Response
}

/** Reading again does no harm, so every GET may be repeated. */
export function get<Q extends z.ZodType, R extends z.ZodType>(request: Q, response: R, facts: Facts = {}): Endpoint<Q, R> {
  return { method: 'GET', repeatable: true, request, response, ...facts }
}

/** A POST that only reads. */
export function read<Q extends z.ZodType, R extends z.ZodType>(request: Q, response: R, facts: Facts = {}): Endpoint<Q, R> {
  return { method: 'POST', repeatable: true, request, response, ...facts }
}

/** A POST that changes something; `repeatable` says that doing it twice is like doing it once. */
export function post<Q extends z.ZodType, R extends z.ZodType>(request: Q, response: R, facts: Facts = {}): Endpoint<Q, R> {
  return { method: 'POST', request, response, ...facts }
}

export const nothing = some({})
/** Cursor and page size, which many lists share. */
export const page = { cursor: text, limit: number }
export const next = { next_cursor: text }

function numeric(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return value
  const parsed = Number(value)
  return Number.isFinite(parsed) ? parsed : value
}
