import { codeName } from '#platform/http/short-links.ts'

type House = { config: { publicUrl: string }; tenantId: number }

/** The short address of somebody's marketing link. */
export const linkAddress = ({ config, tenantId }: House, code: string): string => `${config.publicUrl}/m/${codeName(tenantId, code)}`

/** The stored address with who gave it away and for what; what it says of these already is overwritten. */
export function targetOf(url: string, { employee, task }: { employee: string; task: string }): string {
  const target = new URL(url)
  target.searchParams.set('ll_employee', employee)
  target.searchParams.set('ll_task', task)
  return target.href
}
