import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { isTimeZone } from '#platform/zone.ts'

const zone = z.string().refine(isTimeZone, 'This is not a time zone, such as Asia/Shanghai.')

/** The mapping document: which column of the file is which, and how its texts are to be read. Without `columns` known headers are guessed. */
export const ImportMapping = z.strictObject({
  columns: z.record(z.string(), z.string()).optional(),
  dateFormat: z.string().min(1).max(60).optional(),
  timezone: zone.optional(),
  currency: currency.optional(),
  encoding: z
    .string()
    .transform((name) => name.toLowerCase())
    .pipe(z.enum(['utf-8', 'utf8', 'gbk', 'gb18030', 'gb2312', 'utf-16le']))
    .optional(),
  refundWhen: z
    .strictObject({ column: z.string(), startsWith: z.string().min(1).optional(), equals: z.string().min(1).optional() })
    .refine(({ startsWith, equals }) => (startsWith === undefined) !== (equals === undefined), 'Say either startsWith or equals.')
    .optional(),
  group: z.string().optional(),
})
export type ImportMapping = z.infer<typeof ImportMapping>

/** How an import ended. Every counter but those of the kind's own counts file rows: read = imported + updated + unchanged + rejected. */
export const ImportOutcome = z.object({
  kind: z.string(),
  read: z.number(),
  imported: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  rejected: z.number(),
  orders: z.number().optional(),
  refunds: z.number().optional(),
  /** Path of the error file on this machine; null when no row was refused. */
  rejectedFile: z.string().nullable(),
  seconds: z.number(),
  dryRun: z.literal(true).optional(),
})
export type ImportResult = z.infer<typeof ImportOutcome>

export const ImportProgress = z.object({
  read: z.number(),
  /** About: lines of the file, known before it is read. */
  total: z.number().nullable(),
  rejected: z.number(),
  rowsPerSecond: z.number(),
  remainingSeconds: z.number().nullable(),
})
export type ImportProgress = z.infer<typeof ImportProgress>

export const ImportView = z.object({
  id: z.string(),
  kind: z.string(),
  fileName: z.string(),
  dryRun: z.boolean(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  progress: ImportProgress,
  counts: z.object({
    read: z.number(),
    imported: z.number(),
    updated: z.number(),
    unchanged: z.number(),
    rejected: z.number(),
    orders: z.number().optional(),
  }),
  /** How it ended, as the command line prints it; `rejectedFile` is where the error file is to be had. */
  result: ImportOutcome.nullable(),
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }).nullable(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
})
export type ImportView = z.infer<typeof ImportView>

export const ImportPreview = z.object({
  format: z.enum(['csv', 'xlsx', 'jsonl']),
  encoding: z.string(),
  headers: z.array(z.string()),
  rows: z.array(z.array(z.string())),
  total: z.number(),
  mapping: z.object({ columns: z.record(z.string(), z.string()) }),
  columns: z.array(z.object({ key: z.string(), title: z.object({ zh: z.string(), en: z.string() }), required: z.boolean() })),
  problems: z.array(z.object({ line: z.number().optional(), code: z.string(), field: z.string().optional(), message: z.string() })),
})
export type ImportPreview = z.infer<typeof ImportPreview>

export const ImportKindView = z.object({
  name: z.string(),
  title: z.object({ zh: z.string(), en: z.string() }),
  columns: z.array(
    z.object({ key: z.string(), title: z.object({ zh: z.string(), en: z.string() }), required: z.boolean(), aliases: z.array(z.string()) }),
  ),
})
