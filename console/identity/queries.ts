import type { z } from 'zod'
import { put } from '#console/api/client.ts'
import { useCommand, useList } from '#console/api/query.ts'
import type { MergeItem, ReviewItem } from '#management/identity/schema.ts'

export type Merge = z.infer<typeof MergeItem>
export type Review = z.infer<typeof ReviewItem>

export const useMerges = () => useList<Merge>('merges')
export const useReviews = (state: 'open' | 'separate') => useList<Review>('merge-reviews', { state })
export const useDecide = () =>
  useCommand(
    ({ id, ...body }: { id: string; decision: 'merge' | 'separate'; keep?: string }) => put(`merge-reviews/${id}`, body),
    ['merge-reviews', 'merges', 'customers', 'orders', 'overview'],
  )
