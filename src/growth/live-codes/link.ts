import { randomLetters } from '#platform/random-letters.ts'

/** Twelve letters: WeCom shows the state to whoever reads its events, and keeps at most thirty. */
export const newState = (): string => randomLetters(12)

/** `/l/1-k3j9x2m4qabc`: the tenant's number and the code's state, short enough for a leaflet. */
export const codeName = (tenantId: number, state: string): string => `${tenantId.toString(36)}-${state}`

export function readCodeName(text: string): { tenantId: number; state: string } | undefined {
  const [, tenant, state] = /^([0-9a-z]{1,6})-([0-9a-z]{6,30})$/.exec(text) ?? []
  return tenant && state ? { tenantId: Number.parseInt(tenant, 36), state } : undefined
}

export const linkOf = ({ config, tenantId }: { config: { publicUrl: string }; tenantId: number }, state: string): string =>
  `${config.publicUrl}/l/${codeName(tenantId, state)}`
