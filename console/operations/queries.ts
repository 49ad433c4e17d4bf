import { post, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import type { DeadLetter, JobView, Operations } from '#platform/operations/schema.ts'

const everyMs = 3000

export const useOperations = () => useResource<Operations>('operations', {}, { refetchInterval: everyMs })
export const useJobs = () => useResource<{ items: JobView[] }>('jobs', { limit: 20 }, { refetchInterval: everyMs })
export const useDeadLetters = (state: string) => useList<DeadLetter>('dead-letters', { state })

const touches = ['dead-letters', 'operations']

/** One after the other, because events of one customer must keep their order; the oldest comes first. */
export const useReplayLetters = () =>
  useCommand(async (ids: string[]) => {
    let done = 0
    let reason: unknown
    for (const id of ids.toReversed()) {
      await post(`dead-letters/${id}/replay`).then(
        () => done++,
        (error: unknown) => {
          reason = error
        },
      )
    }
    if (ids.length === 1 && reason) throw reason
    return { done, failed: ids.length - done }
  }, touches)

export const useGiveUpLetters = () =>
  useCommand(async (ids: string[]) => {
    for (const id of ids) await remove(`dead-letters/${id}`)
  }, touches)
