import type { z } from 'zod'
import { put } from '#console/api/client.ts'
import { useCommand, useList } from '#console/api/query.ts'
import type { MergeItem, ReviewItem } from '#management/identity/schema.ts'

export type Merge = z.infer<typeof MergeItem>
export type Review = z.infer<typeof ReviewItem>

export const useMerges = () => useList<Merge>('merges')
export const useReviews = () => useList<Review>('merge-reviews')
export const useDecide = () =>
  useCommand(
    ({ id, decision }: { id: string; decision: 'merge' | 'separate' }) => put(`merge-reviews/${id}`, { decision }),
    ['merge-reviews', 'merges', 'customers'],
  )
