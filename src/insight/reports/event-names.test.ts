import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { declaredActs } from './acts.ts'

const folder = import.meta.dirname
const docs = join(folder, '../../../docs')

/** `noun.verb_past` in quotes, unless it is the code of an error, an entry of the audit, a permission or a column of a query. */
const quoted =
  /(?<!appError\(|audit\(ctx, |permission: )'([a-z][a-z_]+\.[a-z_]*(?:ed|id|sent|left|done|read|given|withdrawn)(?:_[a-z]+)*)'/g

const namesIn = (file: string): string[] => [...readFileSync(file, 'utf8').matchAll(quoted)].map(([, name = '']) => name)

const sources = globSync('**/*.ts', { cwd: folder }).filter((file) => !/test\.ts$|testing|oracle|worlds|examples|routes/.test(file))

/** First columns of the tables of names that pages and programs tell. */
const documented = (file: string): string[] =>
  [...readFileSync(join(docs, file), 'utf8').matchAll(/^\| `([a-z_]+\.[a-z_]+)` \|/gm)].map(([, name = '']) => name)

test('every event that a report or metric reads is declared by the product or documented for the events API', () => {
  const declared = new Set(declaredActs.map(({ event }) => event))
  const told = documented('tracking.md')
  const read = new Set(sources.flatMap((file) => namesIn(join(folder, file))))
  expect(read.size).toBeGreaterThan(40)
  expect([...read].filter((name) => !declared.has(name) && !told.includes(name)).sort()).toEqual([])
  expect(told.filter((name) => !declared.has(name) && !read.has(name))).toEqual([])
  expect(documented('tracking.zh-CN.md')).toEqual(told)
})
