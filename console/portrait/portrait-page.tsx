import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { DimensionCard } from '#console/portrait/dimension-card.tsx'
import { MatrixView } from '#console/portrait/matrix.tsx'
import { usePortrait, whomOf } from '#console/portrait/queries.ts'
import { WhomPicker } from '#console/portrait/whom-picker.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Page, Row, Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Views } from '#console/ui/tabs.tsx'
import { dimensionGroups, type PortraitResult } from '#insight/reports/portrait/schema.ts'
import { rfmGroups } from '#insight/reports/rfm/rfm.ts'

const route = getRouteApi('/app/portrait')

/** What sets some people apart: every share beside that of the base, and, if wanted, beside a second segment. */
export function PortraitPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/portrait' })
  const windowDays = Number(search.days ?? 90)
  const ask = (of: string | undefined) => ({ of: whomOf(of), base: whomOf(search.base), windowDays })
  const portrait = usePortrait(ask(search.of))
  const second = usePortrait(search.with ? ask(search.with) : undefined)
  const other = search.with ? second.data?.result : undefined
  const set = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  return (
    <Page title={t('portrait.title')} note={t('portrait.note')}>
      <search className="filters">
        <WhomPicker label={t('portrait.of')} value={search.of} onChange={(of) => set({ of })} />
        <WhomPicker label={t('portrait.with')} value={search.with} optional onChange={(next) => set({ with: next })} />
        <WhomPicker label={t('portrait.base')} value={search.base} onChange={(base) => set({ base })} />
        <Select
          aria-label={t('portrait.window')}
          value={windowDays}
          popupMatchSelectWidth={false}
          onChange={(days: number) => set({ days: String(days) })}
          options={[7, 30, 90, 365].map((days) => ({ value: days, label: t('portrait.windowOf', { days }) }))}
        />
      </search>
      {!search.of && !search.base && <Suggestions onPick={(of) => set({ of })} />}
      {second.error && (
        <Section>
          <Problem error={second.error} retry={() => void second.refetch()} />
        </Section>
      )}
      <Awaited read={portrait}>{({ result }) => <Drawn result={result} other={other} />}</Awaited>
    </Page>
  )
}

/** Everybody beside everybody says nothing: whom to begin with. */
function Suggestions({ onPick }: { onPick: (of: string) => void }) {
  const { t, language } = useText()
  return (
    <Row>
      <span className="note">{t('portrait.same')}</span>
      {rfmGroups.slice(0, 4).map(({ name, nameEn }) => (
        <Button key={name} size="small" onClick={() => onPick(`rfm:${name}`)}>
          {language === 'zh' ? name : nameEn}
        </Button>
      ))}
    </Row>
  )
}

function Drawn({ result, other }: { result: PortraitResult; other: PortraitResult | undefined }) {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/portrait' })
  const groups = dimensionGroups.filter((group) => result.dimensions.some((one) => one.group === group && isWorth(one)))
  const view = search.view === 'matrix' ? 'matrix' : (groups.find((group) => group === search.view) ?? groups[0] ?? 'profile')
  if (result.of.count === 0)
    return (
      <Section>
        <Empty title={t('portrait.nobody')} hint={t('portrait.nobodyHint')} />
      </Section>
    )
  return (
    <Stack>
      <Stats>
        <Stat name={t('portrait.ofCount')} value={<Count value={result.of.count} />} />
        {other && <Stat name={t('portrait.withCount')} value={<Count value={other.of.count} />} />}
        <Stat name={t('portrait.baseCount')} value={<Count value={result.base.count} />} />
      </Stats>
      <Views
        open={view}
        onOpen={(key) => void navigate({ search: { ...search, view: key }, replace: true, resetScroll: false })}
        views={[...groups.map((key) => ({ key, name: t(`portrait.groups.${key}`) })), { key: 'matrix', name: t('portrait.matrix') }]}
      />
      {view === 'matrix' ? (
        <MatrixView of={whomOf(search.of)} />
      ) : (
        <div className={other ? 'portrait side' : 'portrait'}>
          {result.dimensions
            .filter((one) => one.group === view && isWorth(one))
            .map((one) => (
              <DimensionCard
                key={one.key}
                dimension={one}
                other={other?.dimensions.find(({ key }) => key === one.key)}
                within={whomOf(search.of)}
              />
            ))}
        </div>
      )}
    </Stack>
  )
}

/** A dimension of which nothing is known says nothing. */
const isWorth = ({ values }: PortraitResult['dimensions'][number]): boolean => values.some(({ value }) => value !== null)
