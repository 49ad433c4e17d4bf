import type { RawInsertFormat } from 'chdb'

/** The parts of ClickHouse's HTTP protocol that need reading: the statement's format, inserts, escaped parameters. */
export type Insert = { table: string; columns: string[] | undefined; format: RawInsertFormat }

/** `INSERT INTO t (a, b) FORMAT JSONEachRow`, rows in the body; undefined for anything else. */
export function parseInsert(query: string): Insert | undefined {
  const found = /^\s*insert\s+into\s+(?:table\s+)?([\w.`"]+)\s*(?:\(([^)]*)\))?\s*format\s+(\w+)\s*;?\s*$/i.exec(query)
  if (!found) return undefined
  const [, table = '', columns, format = ''] = found
  return {
    table: table.replace(/[`"]/g, ''),
    columns: columns?.split(',').map((column) => column.trim().replace(/[`"]/g, '')),
    format: format as RawInsertFormat,
  }
}

/** chDB takes the format beside the statement, the protocol has it as the last clause. */
export function parseQuery(text: string, defaultFormat: string): { sql: string; format: string } {
  const found = /^([\s\S]*?)\s+format\s+(\w+)\s*;?\s*$/i.exec(text)
  if (found?.[1] !== undefined && found[2] !== undefined && !/^\s*insert\b/i.test(text)) return { sql: found[1], format: found[2] }
  return { sql: text.replace(/;\s*$/, ''), format: defaultFormat }
}

const escapes: Record<string, string> = { b: '\b', f: '\f', r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\', "'": "'" }

type Parameter = string | number | null | Parameter[]

/**
 * Parameters arrive in the escaped text form of tab-separated values, arrays as `['it\\'s','b']`; chDB binds raw text and
 * JavaScript arrays and escapes them itself.
 */
export function readParameter(sql: string, name: string, value: string): Parameter {
  const isArray = new RegExp(`\\{\\s*${name}\\s*:\\s*Array`, 'i').test(sql)
  return isArray ? readArray(value) : plainText(value)
}

const plainText = (value: string): string => value.replace(/\\(.)/gs, (whole, letter: string) => escapes[letter] ?? whole)

function readArray(text: string): Parameter {
  const stack: Parameter[][] = [[]]
  for (const [token, quoted] of text.matchAll(/\[|\]|'((?:[^'\\]|\\.)*)'|[^[\],\s]+/gs)) {
    const top = stack.at(-1) ?? []
    if (token === '[') stack.push([])
    else if (token === ']') (stack.at(-2) ?? []).push(stack.pop() ?? [])
    else top.push(quoted === undefined ? (token === 'NULL' ? null : Number(token)) : plainText(quoted))
  }
  return stack[0]?.[0] ?? []
}
