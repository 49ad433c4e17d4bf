import { createHash } from 'node:crypto'

/** Whether this customer is of the company's control group: the same ones always, and a larger group holds the smaller one. */
export function isInControlGroup(tenantId: number, customer: number, basisPoints: number): boolean {
  if (basisPoints === 0) return false
  const hash = createHash('sha256').update(`control group ${tenantId} ${customer}`).digest()
  return hash.readUInt32BE(0) % 10_000 < basisPoints
}
