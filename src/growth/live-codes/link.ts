import { codeName } from '#platform/http/short-links.ts'

export const linkOf = ({ config, tenantId }: { config: { publicUrl: string }; tenantId: number }, state: string): string =>
  `${config.publicUrl}/l/${codeName(tenantId, state)}`
