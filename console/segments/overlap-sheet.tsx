import { useNavigate } from '@tanstack/react-router'
import { Button, Skeleton } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useOverlap } from '#console/segments/queries.ts'
import { Count } from '#console/ui/count.tsx'
import { percent } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'

/** Who is in which of them; every part can become a segment of its own. */
export function OverlapSheet({ segments, onClose }: { segments: string[]; onClose: () => void }) {
  const { t } = useText()
  const navigate = useNavigate()
  const overlap = useOverlap(segments)
  const data = overlap.data
  const all = data?.parts.reduce((sum, { count }) => sum + count, 0) ?? 0
  const nameOf = (place: number) => data?.segments[place]?.name ?? ''
  const ruleOf = (inside: number[]) => ({
    and: segments.map((segment, place) => (inside.includes(place) ? { segment } : { not: { segment } })),
  })
  return (
    <SideSheet open wide title={t('segments.overlap')} onClose={onClose}>
      {overlap.error ? (
        <Problem error={overlap.error} retry={() => void overlap.refetch()} />
      ) : !data ? (
        <Skeleton active />
      ) : (
        <Stack>
          <div className="stats">
            {data.segments.map(({ id, name, count }) => (
              <div key={id} className="stat">
                <span className="stat-name">{name}</span>
                <span className="stat-value">
                  <Count value={count} />
                </span>
              </div>
            ))}
          </div>
          <div className="figures">
            <table>
              <thead>
                <tr>
                  <th>{t('segments.overlapPart')}</th>
                  <th>{t('segments.people')}</th>
                  <th>{t('segments.share')}</th>
                  <th>
                    <span className="sr-only">{t('segments.create')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {[...data.parts]
                  .sort((a, b) => b.in.length - a.in.length)
                  .map((part) => (
                    <tr key={part.in.join()}>
                      <th scope="row">
                        {part.in.length === 1 ? t('segments.onlyIn', { name: nameOf(part.in[0] ?? 0) }) : part.in.map(nameOf).join(' ∩ ')}
                      </th>
                      <td>
                        <Count value={part.count} />
                      </td>
                      <td>{percent(part.count, all)}</td>
                      <td>
                        <Button
                          type="link"
                          size="small"
                          disabled={part.count === 0}
                          onClick={() =>
                            void navigate({
                              to: '/segments/$segmentId',
                              params: { segmentId: 'new' },
                              search: { rule: JSON.stringify(ruleOf(part.in)) },
                            })
                          }
                        >
                          {t('segments.asSegment')}
                        </Button>
                      </td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
        </Stack>
      )}
    </SideSheet>
  )
}
