import type { Schedule } from '#platform/jobs.ts'
import { tellAllOverdue } from './overdue.ts'

export const taskSchedules: readonly Schedule[] = [{ name: 'tasks.overdue', everySeconds: 30, run: tellAllOverdue }]
