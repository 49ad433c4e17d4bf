// The samples of WeCom as data, and how an answer is compared with one. Which sample is the business of which test stands here once:
// each test ends by showing that it used its own, and together they are the whole folder.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../../shared/reference/wecom-fixtures/', import.meta.url))
export const areThere = existsSync(folder)
if (!areThere) process.stderr.write(`Skipped: no WeCom samples at ${folder}\n`)

export type Json = Record<string, unknown>

export const allSamples = (): string[] =>
  areThere
    ? readdirSync(folder)
        .filter((name) => /\.(json|xml)$/.test(name) && name !== 'index.json')
        .sort()
    : []

const used = new Set<string>()
export const usedSamples = (): string[] => [...used].sort()

export function sampleText(file: string): string {
  used.add(file)
  return readFileSync(`${folder}${file}`, 'utf8')
}
/** By its name without the ending. */
export const sample = (name: string): Json => JSON.parse(sampleText(`${name}.json`)) as Json
export const isSample = (file: string): boolean => existsSync(`${folder}${file}`)
export const fileOf = (path: string): string => path.replaceAll('/', '.')

/** The sample with the ids of our world, by the name of the field; cursors of another world are left out. */
export function withOurs(value: unknown, known: Json): unknown {
  if (Array.isArray(value)) return value.map((item) => withOurs(item, known))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'cursor')
      .map(([key, inner]) => [key, key in known ? known[key] : withOurs(inner, known)]),
  )
}

/** Every place of a value with its kind, list items taken together: "task_list.userid string". */
function places(value: unknown, path = ''): Set<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((item) => [...places(item, path)]))
  if (typeof value !== 'object' || value === null) return new Set([`${path} ${typeof value}`])
  return new Set(Object.entries(value).flatMap(([key, inner]) => [...places(inner, path ? `${path}.${key}` : key)]))
}

/** What the sample has and our answer has not; one page has no next cursor. */
export const missing = (name: string, answer: Json): string[] =>
  [...places(sample(name))].filter((path) => !places(answer).has(path) && path !== 'next_cursor string')

/** The names of the elements of a push. */
export const elements = (xml: string): string[] => [...new Set([...xml.matchAll(/<([A-Za-z_]+)>/g)].map(([, name]) => name ?? ''))].sort()
