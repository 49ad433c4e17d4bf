import { randomLetters } from '../random-letters.ts'

/** Twelve letters that nobody guesses: short addresses end so, and WeCom keeps at most thirty of a state and shows them around. */
export const newState = (): string => randomLetters(12)

/** `1-k3j9x2m4qabc`: the tenant's number and the state, short enough for a leaflet. */
export const codeName = (tenantId: number, state: string): string => `${tenantId.toString(36)}-${state}`

export function readCodeName(text: string): { tenantId: number; state: string } | undefined {
  const [, tenant, state] = /^([0-9a-z]{1,6})-([0-9a-z]{6,30})$/.exec(text) ?? []
  return tenant && state ? { tenantId: Number.parseInt(tenant, 36), state } : undefined
}
