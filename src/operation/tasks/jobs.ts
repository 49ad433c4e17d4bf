import type { Schedule } from '#platform/jobs.ts'
import { tellAllOverdue } from './overdue.ts'
import { remindAll } from './reminders.ts'

export const taskSchedules: readonly Schedule[] = [
  { name: 'tasks.overdue', everySeconds: 30, run: tellAllOverdue },
  { name: 'tasks.remind', everySeconds: 60, run: remindAll },
]
