import { type RefObject, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

/** Complaints by the path of the field: `schedule.weekly.0.to`; '' is about the whole. */
export type Complaints = Record<string, string>

/** The complaint about this field or anything inside it. */
export const complaintAt = (complaints: Complaints, path: string): string | undefined =>
  Object.entries(complaints).find(([field]) => field === path || field.startsWith(`${path}.`))?.[1]

/** For forms of a whole page: says what is wrong where it is wrong, and goes to the first of it under `top`. */
export function useComplaints(): {
  complaints: Complaints
  top: RefObject<HTMLDivElement | null>
  complain: (found: Complaints) => void
  clear: () => void
} {
  const [complaints, setComplaints] = useState<Complaints>({})
  const top = useRef<HTMLDivElement>(null)
  return {
    complaints,
    top,
    complain: (found) => {
      flushSync(() => setComplaints(found))
      top.current?.querySelector('.ant-form-item-has-error, .complaint, .ant-alert-error')?.scrollIntoView({ block: 'center' })
    },
    clear: () => setComplaints({}),
  }
}
