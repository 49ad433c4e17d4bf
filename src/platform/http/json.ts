import { appError } from '../errors.ts'

const deepest = 40
const longest = 100_000

/**
 * JSON from strangers: bounded in depth and members, without NUL and lone surrogates (PostgreSQL refuses the one, UTF-8 the
 * other), and without keys that mean something to JavaScript. Throws `json.…` naming the place.
 */
export function parseJson(text: string, mostValues = longest): unknown {
  if (depthOf(text) > deepest) throw appError('json.too_deep', { message: `JSON may be nested ${deepest} deep.` })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw appError('json.malformed', { message: `This is not JSON: ${(cause as Error).message.slice(0, 200)}`, cause })
  }
  checkValue(value, [], { left: mostValues })
  return value
}

function depthOf(text: string): number {
  let depth = 0
  let most = 0
  let inText = false
  for (let i = 0; i < text.length; i++) {
    const letter = text.charCodeAt(i)
    if (inText) {
      if (letter === 92) i++
      else if (letter === 34) inText = false
    } else if (letter === 34) inText = true
    else if (letter === 123 || letter === 91) most = Math.max(most, ++depth)
    else if (letter === 125 || letter === 93) depth--
  }
  return most
}

/** `path` is one list that grows and shrinks with the walk: most bodies are fine and need no place named. */
function checkValue(value: unknown, path: (string | number)[], budget: { left: number }): void {
  if (typeof value === 'string') checkText(value, path)
  if (typeof value !== 'object' || value === null) return
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  budget.left -= keys.length
  if (budget.left < 0) throw appError('json.too_large', { message: 'JSON may not hold so many values.' })
  for (const key of keys) {
    path.push(key)
    if (typeof key === 'string') checkKey(key, path)
    checkValue((value as Record<string | number, unknown>)[key], path, budget)
    path.pop()
  }
}

function checkKey(key: string, path: (string | number)[]): void {
  checkText(key, path)
  if (key === '__proto__' || key === 'constructor')
    throw appError('json.reserved_key', { message: `The key ${key} is not allowed.`, field: path.join('.') })
}

function checkText(text: string, path: (string | number)[]): void {
  if (text.includes('\0')) throw appError('text.nul', { message: 'Text may not contain NUL.', field: path.join('.') })
  if (!text.isWellFormed())
    throw appError('text.lone_surrogate', { message: 'Text holds half of a surrogate pair.', field: path.join('.') })
}
