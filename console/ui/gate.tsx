import type { ReactNode } from 'react'
import { useMay } from '#console/api/session.ts'

/** Shows its content only to those whom the server would let do it. */
export function Gate({ permission, children }: { permission: string; children: ReactNode }) {
  return useMay()(permission) ? children : null
}
