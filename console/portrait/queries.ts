import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { post } from '#console/api/client.ts'
import type { Answer } from '#console/reports/queries.ts'
import type { MatrixKind, PortraitResult } from '#insight/reports/portrait/schema.ts'

export type Whom = Record<string, unknown>

/** `segment:seg_…`, `tag:tag_…`, `channel:cha_…`, or a rule; everybody when nothing is said. */
export function whomOf(text: string | undefined): Whom {
  if (!text) return { and: [] }
  const place = text.indexOf(':')
  const [kind, id] = [text.slice(0, place), text.slice(place + 1)]
  switch (kind) {
    case 'segment':
      return { segment: id }
    case 'tag':
      return { tag: { any: [id] } }
    case 'channel':
      return { follow: { state: 'ever', channels: [id] } }
    case 'rfm':
      return { rfm: { groups: [id] } }
    case 'layer':
      return { layer: { layers: [id] } }
    case 'quadrant':
      return { quadrant: { quadrants: [id] } }
    default:
      return { and: [] }
  }
}

export const usePortrait = (
  question: { of: Whom; base: Whom; windowDays: number; matrix?: MatrixKind; dimensions?: string[] } | undefined,
) =>
  useQuery({
    queryKey: ['report-answers', 'portrait', question],
    queryFn: () => post<Answer<PortraitResult>>('reports/run', { report: { type: 'portrait', ...question } }),
    enabled: question !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  })
