import type { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { readValues } from '../metrics/queries.ts'
import { ValuesQuery } from '../metrics/schema.ts'
import { employeeBoard } from './built-in.ts'

export const EmployeeBoardQuery = ValuesQuery.pick({ from: true, to: true, interval: true })

/**
 * The numbers of the employee board, of the customers that whoever looks may see. Targets are the whole company's: beside the
 * numbers of some customers they would say nothing.
 */
export async function readEmployeeBoard(ctx: Context, { from, to, interval }: z.infer<typeof EmployeeBoardQuery>) {
  const keys = [employeeBoard.key, ...employeeBoard.supporting]
  const { items, asOf } = await readValues(ctx, { keys, dateFrom: from, dateTo: to, interval, compare: 'previous_period' })
  return { items: ctx.actor.scope === 'all' ? items : items.map((item) => ({ ...item, target: null })), asOf, next: null }
}
