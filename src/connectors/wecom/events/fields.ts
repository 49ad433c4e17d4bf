import * as z from 'zod'
import type { XmlTree, XmlValue } from '../xml.ts'

/** Field types of callback XML, where everything arrives as text (or as a tree of texts). */
export const text = z.string()

/** A number; empty or unreadable text counts as absent, the raw tree still has it. */
export const number = z.preprocess(readNumber, z.number().optional())

/** `6,1` as numbers, `a,b` as texts; the empty text is the empty list. */
export const commaNumbers = z.preprocess(joined, z.string()).transform((value) => split(value).map(Number).filter(Number.isFinite))
export const commaTexts = z.preprocess(joined, z.string()).transform(split)

/** An element that may be repeated beside itself. */
export const texts = z.preprocess((value) => [value].flat().filter((one) => one !== ''), z.array(z.string()))

/** `<List><Item>…</Item></List>`: the items, whether there are none, one or many. */
export function listOf<T extends z.ZodType>(child: string, item: T) {
  return z.preprocess((value) => children(value, child), z.array(item))
}

/** A known set of words that may grow: editors suggest the words, unknown ones pass. */
export function word<const Words extends readonly string[]>(_words: Words) {
  return z.string() as unknown as z.ZodType<Words[number] | (string & {}), string>
}

/** An object with these fields and whatever else WeCom sends. */
export const object = z.looseObject

/** `ExternalUserID` → `externalUserId`, on every level; lists and texts stay as they are. */
export function camelCased(value: XmlValue): unknown {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(camelCased)
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [camelCase(name), camelCased(child)]))
}

export function camelCase(name: string): string {
  const words = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/ID(s?)(?=[A-Z]|$)/g, 'Id$1')
  // The official sample of card events spells it "OpitonIds"; both spellings are seen.
  return words.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (start) => start.toLowerCase()).replace('opiton', 'option')
}

function readNumber(value: unknown): unknown {
  if (typeof value !== 'string') return undefined
  const parsed = value === '' ? Number.NaN : Number(value)
  return Number.isFinite(parsed) ? parsed : undefined
}

/** Repeated elements are the same list in another form. */
function joined(value: unknown): unknown {
  return Array.isArray(value) ? value.join(',') : value
}

function split(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function children(value: unknown, child: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value === '' ? [] : value
  const inner = (value as XmlTree)[child]
  return inner === undefined || inner === '' ? [] : [inner].flat()
}
