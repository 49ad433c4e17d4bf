// What the sandbox's own page can switch: faults, limits, and the habits the documents leave open.
import { z } from 'zod'
import type { Store } from './store.ts'

const Share = z.union([z.boolean().transform(Number), z.number().min(0).max(1)])

export const FailRule = z
  .object({
    path: z.string().min(1),
    errcode: z.int().optional(),
    status: z.int().min(0).max(599).optional(),
    times: z.int().min(1).optional(),
    share: z.number().min(0).max(1).optional(),
    /** The call takes effect and only its answer is replaced: what a lost response looks like to the caller. */
    after: z.boolean().optional(),
  })
  .refine((rule) => (rule.errcode === undefined) !== (rule.status === undefined), {
    message: 'exactly one of errcode and status',
    path: ['errcode'],
  })

export const Faults = z.object({
  latencyMs: z.int().min(0).max(60_000).default(0),
  fail: z.array(FailRule).max(100).default([]),
  callbacks: z
    .object({
      drop: Share.default(0),
      duplicate: Share.default(0),
      reorder: Share.default(0),
      delayMs: z.int().min(0).max(600_000).default(0),
    })
    .default({ drop: 0, duplicate: 0, reorder: 0, delayMs: 0 }),
})

export const Limits = z.object({
  corpPerMinute: z.int().min(1).default(10_000),
  corpPerHour: z.int().min(1).default(150_000),
  ipPerMinute: z.int().min(1).default(20_000),
  ipPerHour: z.int().min(1).default(600_000),
  parallelLists: z.int().min(1).default(5),
  parallel: z.int().min(1).default(100),
  wrongSecretsPerHour: z.int().min(1).default(2000),
  ticketsPerHour: z.int().min(1).default(400),
  ticketsPerHourOfApp: z.int().min(1).default(100),
  /** kf/sync_msg a minute without a callback's token; the documents say strictly and no figure. */
  kfPullsWithoutToken: z.int().min(1).default(60),
  memberMessagesPerMinute: z.int().min(1).default(30),
  memberMessagesPerHour: z.int().min(1).default(1000),
  /** People an app reaches in a day, for each member of the company. */
  appMessagesPerHead: z.int().min(1).default(200),
  /** People in one customer group; a full one turns away who scans. */
  groupMembers: z.int().min(3).default(200),
  /** Customers one member can have; a fuller one takes nobody over. */
  memberCustomers: z.int().min(1).default(20_000),
  /** The documents name the code (41095) and no figure. */
  acquisitionLinks: z.int().min(1).default(10_000),
  /** Mass messages a customer or a group may get from the company: as many as the period has days, or `most`. */
  massReceive: z.object({ per: z.enum(['day', 'week', 'month']), most: z.int().min(1).optional() }).default({ per: 'month' }),
  remindersPerDay: z.int().min(1).default(3),
  momentsPerMinute: z.int().min(1).default(10),
  momentsPerMonth: z.int().min(1).default(100_000),
  /** Moments that are being made at the same time. The documents name the refusal (41078) and no figure. */
  momentJobs: z.int().min(1).default(5),
})

export const Habits = z.object({
  /** mark_tag and remark raise edit_external_contact. The documents say both yes and no (96361, 92694). */
  apiEdits: z.boolean().default(true),
  /** A code that skips verification: the member's client confirms at once, or the employee does it by hand on the phone. */
  confirm: z.enum(['auto', 'manual']).default('auto'),
  /** How long another welcome for the same friendship answers 41096 before it answers 41051. */
  welcomeDispatchMs: z.int().min(0).max(20_000).default(1000),
  /** Whether %NICKNAME% is filled in for single welcome messages; one source says so, the official page does not. */
  welcomeNickname: z.boolean().default(false),
  /** How long a leaver's group is on its way to the new owner (status 2) before the new owner has it. */
  groupTransferMs: z.int().min(0).max(86_400_000).default(2000),
  /** How long a new mass message or moment is on its way to the members; reading it then answers 41063 or 41079. */
  dispatchMs: z.int().min(0).max(600_000).default(1000),
  /** How long making a moment takes: half of it status 1, then 2, then 3. */
  momentJobMs: z.int().min(0).max(600_000).default(1000),
  /** The archive was not paid for any longer: 301052. */
  archiveExpired: z.boolean().default(false),
  /** kf/get_corp_qualification: the company is bound to a channels account. */
  channelsBound: z.boolean().default(false),
  callbackTimeoutMs: z.int().min(100).max(60_000).default(5000),
  callbackRetryMs: z.array(z.int().min(0).max(600_000)).length(2).default([1000, 2000]),
})

export type Faults = z.infer<typeof Faults>
export type Limits = z.infer<typeof Limits>
export type Habits = z.infer<typeof Habits>
export type Settings = { faults: Faults; limits: Limits; habits: Habits; clockOffsetMs: number }

const parts = { faults: Faults, limits: Limits, habits: Habits, clockOffsetMs: z.number() }

export function loadSettings(store: Store): Settings {
  const stored = (key: string): unknown => {
    const row = store.get<{ value: string }>('SELECT value FROM settings WHERE key = ?', key)
    return row ? JSON.parse(row.value) : undefined
  }
  return {
    faults: parts.faults.parse(stored('faults') ?? {}),
    limits: parts.limits.parse(stored('limits') ?? {}),
    habits: parts.habits.parse(stored('habits') ?? {}),
    clockOffsetMs: parts.clockOffsetMs.parse(stored('clockOffsetMs') ?? 0),
  }
}

export function saveSetting(store: Store, key: keyof Settings, value: unknown): void {
  store.run(
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    key,
    JSON.stringify(value),
  )
}
