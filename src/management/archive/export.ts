import { appError } from '#platform/errors.ts'
import type { ExportKind } from '#platform/exports/kind.ts'
import { nameOf } from './people.ts'
import { SearchQuery } from './schema.ts'
import { searchRows, talkName } from './search.ts'
import { maskPhones, textOf } from './words.ts'

const pageRows = 200

/** Messages as a search finds them. Who takes them away is in the audit log with the words that were asked for. */
export const archiveExport: ExportKind = {
  name: 'archive',
  title: { zh: '会话存档', en: 'Chat archive' },
  permission: 'archive.read',
  columns: [
    { zh: '时间', en: 'Time' },
    { zh: '会话', en: 'Talk' },
    { zh: '发送人', en: 'Sender' },
    { zh: '发送人身份', en: 'Sender is' },
    { zh: '类型', en: 'Type' },
    { zh: '内容', en: 'Text' },
    { zh: '已撤回', en: 'Recalled' },
  ],
  check: ({ filter }) => void filterOf(filter),
  async *rows(ctx, { filter, q }, { revealPhone }) {
    const shown = revealPhone ? (text: string) => text : maskPhones
    for (let cursor: string | undefined; ; ) {
      const { items, next } = await searchRows(ctx, { ...filterOf(filter), q, limit: pageRows, cursor })
      yield items.map(({ sender, at, type, body, recalled, ...talk }) => [
        at,
        talkName(talk),
        nameOf(sender),
        sender.kind,
        type,
        shown(textOf(body)),
        recalled ? '✓' : null,
      ])
      if (!next) return
      cursor = next
    }
  },
}

const Filter = SearchQuery.pick({
  employee: true,
  customer: true,
  talk: true,
  corp: true,
  from: true,
  type: true,
  dateFrom: true,
  dateTo: true,
})

function filterOf(filter: unknown) {
  const read = Filter.safeParse(filter ?? {})
  if (!read.success)
    throw appError('filter.invalid', { message: 'This is not a filter of the archive.', field: 'filter', cause: read.error })
  return read.data
}
