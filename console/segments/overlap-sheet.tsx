import { useNavigate } from '@tanstack/react-router'
import { Button, Select, Skeleton } from 'antd'
import { type CSSProperties, useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { useOverlap, useSegmentNames } from '#console/segments/queries.ts'
import { Count } from '#console/ui/count.tsx'
import { percent } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import type { Overlap } from '#insight/segments/schema.ts'

/** Of two to eight segments, chosen here or before (`chosen`): who is in which of them. */
export function OverlapSheet({ chosen, onClose }: { chosen: string[]; onClose: () => void }) {
  const { t } = useText()
  const [segments, setSegments] = useState(chosen)
  const names = useSegmentNames()
  const known = useOverlap(chosen).data?.segments ?? []
  const archived = known.filter(({ id }) => !names.some(({ value }) => value === id)).map(({ id, name }) => ({ value: id, label: name }))
  return (
    <SideSheet open wide title={t('segments.overlap')} onClose={onClose}>
      <Stack>
        <Select
          mode="multiple"
          aria-label={t('segments.overlapMost')}
          className="wide"
          placeholder={t('segments.overlapMost')}
          maxCount={8}
          showSearch={{ optionFilterProp: 'label' }}
          value={segments}
          options={[...names, ...archived]}
          onChange={setSegments}
        />
        {segments.length > 1 && <Shown segments={segments} />}
      </Stack>
    </SideSheet>
  )
}

/** Every part can become a segment of its own. */
function Shown({ segments }: { segments: string[] }) {
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
    <>
      {overlap.error ? (
        <Problem error={overlap.error} retry={() => void overlap.refetch()} />
      ) : !data ? (
        <Skeleton active />
      ) : (
        <Stack>
          <Matrix overlap={data} />
          <h3>{t('segments.overlapParts')}</h3>
          <p className="note">{t('segments.overlapPartsNote')}</p>
          <div className="figures">
            <table>
              <thead>
                <tr>
                  <th>{t('segments.overlapPart')}</th>
                  <th>{t('segments.people')}</th>
                  <th>{t('segments.share')}</th>
                  <th>
                    <span className="unseen">{t('segments.create')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {[...data.parts]
                  .sort((a, b) => b.in.length - a.in.length)
                  .map((part) => (
                    <tr key={part.in.join()}>
                      <th scope="row">
                        {part.in.length === 1
                          ? t('segments.onlyIn', { name: nameOf(part.in[0] ?? 0) })
                          : t('segments.inAll', {
                              names: part.in.map((place) => t('segments.quoted', { name: nameOf(place) })).join(t('segments.namesJoint')),
                            })}
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
    </>
  )
}

/** Rows and columns are the segments; how dark a cell is says how much of the row's segment is in the column's. */
function Matrix({ overlap: { segments, pairs } }: { overlap: Overlap }) {
  const { t } = useText()
  const pairOf = (row: number, column: number) => {
    const pair = pairs.find(({ first, second }) => first === Math.min(row, column) && second === Math.max(row, column))
    return pair && { ...pair, share: row < column ? pair.ofFirst : pair.ofSecond }
  }
  return (
    <>
      <h3>{t('segments.overlapMatrix')}</h3>
      <p className="note">{t('segments.overlapMatrixNote')}</p>
      <PlainScroll>
        <table className="plain-table heat">
          <thead>
            <tr>
              <th>{t('segments.name')}</th>
              {segments.map(({ id, name }) => (
                <th key={id} scope="col" title={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {segments.map(({ id, name, count }, row) => (
              <tr key={id}>
                <th scope="row" title={name}>
                  {name}
                </th>
                {segments.map((other, column) => {
                  const pair = pairOf(row, column)
                  if (!pair)
                    return (
                      <td key={other.id} className="figure">
                        <Count value={count} />
                      </td>
                    )
                  return (
                    <td
                      key={other.id}
                      className="figure heat-cell"
                      style={{ '--heat': `${Math.round((pair.share ?? 0) * 70)}%` } as CSSProperties}
                    >
                      <Count value={pair.both} />
                      <br />
                      <small>
                        {pair.share === null ? '—' : percent(pair.share, 1)} · J {pair.jaccard === null ? '—' : pair.jaccard.toFixed(2)}
                      </small>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </>
  )
}
