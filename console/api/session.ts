import { useQuery } from '@tanstack/react-query'
import { ApiError, get } from '#console/api/client.ts'
import { keyOf } from '#console/api/query.ts'
import { keepClock } from '#console/ui/format.ts'
import type { Session } from '#management/team/sessions/schema.ts'

/** Null means "nobody is logged in", which is an answer and not an error. */
export const sessionQuery = {
  queryKey: keyOf('session'),
  queryFn: (): Promise<Session | null> =>
    get<Session>('session')
      .then((session) => {
        keepClock(session.tenant.timezone)
        return session
      })
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 401) return null
        throw error
      }),
  staleTime: 60_000,
}

export const useSession = (): Session | null => useQuery(sessionQuery).data ?? null

export function useTenant(): { timezone: string; currency: string } {
  return useSession()?.tenant ?? { timezone: 'Asia/Shanghai', currency: 'CNY' }
}

/** The same question the server asks; the console only hides what would be refused anyway. */
export function useMay(): (permission: string | undefined) => boolean {
  const session = useSession()
  return (permission) => session !== null && holds(session, permission)
}

export const holds = ({ employee }: Session, permission: string | undefined): boolean =>
  permission === undefined || ['*', permission, `${permission.split('.')[0]}.*`].some((one) => employee.permissions.includes(one))
