import { z } from 'zod'

/** What stands in the calendar; whoever plans more kinds adds them. */
export const calendarKinds = ['message', 'group_message', 'moment', 'journey', 'marketing_task'] as const

export const CalendarItem = z.object({
  kind: z.enum(calendarKinds),
  id: z.string(),
  title: z.string(),
  state: z.string(),
  at: z.string(),
  /** In the company's zone. */
  day: z.string(),
  /** Who it is for, as text that says when two are for the same people. */
  audience: z.string(),
  audienceSize: z.int().nullable(),
  /** The employees it names to send, publish or do it; nobody named is whoever knows the customers. */
  senders: z.array(z.object({ id: z.string(), name: z.string() })),
})
export type CalendarItem = z.infer<typeof CalendarItem>

/** Two for the same people on one day, more than the frequency allows in its days, or more than the platform allows. */
export const collisionKinds = ['same_day', 'frequency', 'platform_limit'] as const
export const Collision = z.object({ kind: z.enum(collisionKinds), day: z.string(), ids: z.array(z.string()) })
export type Collision = z.infer<typeof Collision>

/** How many the same people would get in the fullest day, week or month of those shown, and how many WeCom takes then. */
export const CalendarLimit = z.object({
  period: z.enum(['day', 'week', 'month']),
  /** WeCom's administrator chose this one; the others hold nobody back. */
  applies: z.boolean(),
  most: z.int(),
  planned: z.int(),
  /** A day of that period; none where nothing is planned. */
  day: z.string().nullable(),
})
export type CalendarLimit = z.infer<typeof CalendarLimit>

export const Calendar = z.object({
  dateFrom: z.string(),
  dateTo: z.string(),
  items: z.array(CalendarItem),
  collisions: z.array(Collision),
  limits: z.array(CalendarLimit),
})
export type Calendar = z.infer<typeof Calendar>

/** This month unless said otherwise; at most 100 days. */
export const CalendarQuery = z.object({
  dateFrom: z.iso.date().optional(),
  dateTo: z.iso.date().optional(),
  /** What this employee would send, publish or do. */
  employee: z.string().max(60).optional(),
  /** What the employees of this department and of those below would. */
  department: z.string().max(60).optional(),
  /** What this customer group would hear. */
  group: z.string().max(60).optional(),
})
export type CalendarQuery = z.infer<typeof CalendarQuery>
