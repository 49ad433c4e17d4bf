import { z } from 'zod'
import { AppError, appError } from '#platform/errors.ts'
import type { PageRules } from './page-fields.ts'
import type { Scope } from './scope.ts'
import { type Bindings, bindings, propertySql } from './sql.ts'

/** What a page and its view are called: senders name them differently. */
export const pageEvents = ['page.viewed', '$pageview', 'pageview', 'page_view']
const pageProperties = ['path', 'url', 'page', '$pathname', '$current_url']

/** The page that an event says it is of, null where it says none. */
export const rawPageSql = (bind: Bindings): string => `coalesce(${pageProperties.map((name) => propertySql(bind, name)).join(', ')})`

/** The name of a page after cleaning and grouping. */
export function cleanPageSql(bind: Bindings, raw: string, rules: PageRules): string {
  const trimmed = rules.dropTrailingSlash ? `replaceRegexpOne(${raw}, '(.)/+$', '\\\\1')` : raw
  const cleaned = rules.cleaning.reduce(
    (sql, { pattern, alias }) => `replaceRegexpAll(${sql}, ${bind.text(pattern)}, ${bind.text(alias)})`,
    trimmed,
  )
  if (rules.groups.length === 0) return cleaned
  return `(${cleaned} as cleaned, multiIf(${rules.groups.map((group) => `match(cleaned, ${bind.text(wildcard(group))}), ${bind.text(group)}`).join(', ')}, cleaned)).2`
}

const wildcard = (group: string): string =>
  `(?s)^${group
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('.*')}$`

/** Regular expressions run inside ClickHouse (RE2), where none can take for ever; an ill one is refused before. */
export async function checkPatterns(scope: Scope, { cleaning }: PageRules): Promise<void> {
  for (const [i, { pattern, alias }] of cleaning.entries()) {
    const bind = bindings()
    await scope
      .ask({
        params: bind.params,
        row: z.unknown(),
        sql: `select replaceRegexpAll('', ${bind.text(pattern)}, ${bind.text(alias)}) as fits`,
      })
      .catch((cause) => {
        if (cause instanceof AppError) throw cause
        throw appError('report.invalid', { message: 'This is no regular expression (RE2).', field: `cleaning.${i}.pattern`, cause })
      })
  }
}
