import { codeName } from '#platform/http/short-links.ts'

/** WeCom's address with the place in it (doc 97299): at most 64 bytes, and everybody who gets the address reads it. */
export function addressOf(url: string, state: string): string {
  const address = new URL(url)
  address.searchParams.set('customer_channel', state)
  return address.href
}

/** Our address of a place, which counts who looked. */
export const shortOf = ({ config, tenantId }: { config: { publicUrl: string }; tenantId: number }, state: string): string =>
  `${config.publicUrl}/a/${codeName(tenantId, state)}`
