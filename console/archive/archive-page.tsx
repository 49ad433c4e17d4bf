import { SettingOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Checkbox, Tag } from 'antd'
import { HitList, TalkList, WhoBox } from '#console/archive/lists.tsx'
import { TalkPane } from '#console/archive/talk.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { ExportButton } from '#console/ui/export-button.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page } from '#console/ui/page.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { Split } from '#console/ui/split.tsx'
import { messageTypes, talkKinds } from '#management/archive/schema.ts'

const route = getRouteApi('/app/archive')
/** The usual ones; what is left can be found by its words. */
const typesOffered = messageTypes.slice(0, 12)

export function ArchivePage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/archive' })
  const phone = usePhone()
  const employees = useEmployeeNames()
  const { talk, at, who, within, ...asked } = search
  const isSearch = Boolean(asked.q || asked.type || asked.from || asked.dateFrom || asked.dateTo)
  const show = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const open = (talk: string, at?: string) => void navigate({ search: { ...search, talk, at }, resetScroll: false })
  const filters = (
    <FilterBar
      search={t('archive.search')}
      values={asked}
      onChange={show}
      filters={[
        ...(employees.length > 0 ? [{ kind: 'choice' as const, key: 'employee', label: t('archive.employee'), options: employees }] : []),
        ...(isSearch
          ? []
          : [
              {
                kind: 'choice' as const,
                key: 'kind',
                label: t('archive.kind'),
                options: talkKinds.map((value) => ({ value, label: t(`archive.kinds.${value}`) })),
              },
            ]),
        {
          kind: 'choice',
          key: 'from',
          label: t('archive.from'),
          options: (['customer', 'employee'] as const).map((value) => ({ value, label: t(`archive.members.${value}`) })),
        },
        {
          kind: 'choice',
          key: 'type',
          label: t('archive.type'),
          options: typesOffered.map((value) => ({ value, label: t(`archive.types.${value}`) })),
        },
        { kind: 'dates', from: 'dateFrom', to: 'dateTo', label: t('archive.days') },
      ]}
    >
      {asked.customer && (
        <Tag closable onClose={() => show({ customer: undefined })}>
          <PersonLink id={asked.customer} />
        </Tag>
      )}
    </FilterBar>
  )
  const { kind, q, ...narrowed } = asked
  return (
    <Page
      title={t('archive.title')}
      note={phone && talk ? undefined : t('archive.note')}
      actions={
        !(phone && talk) && (
          <>
            {isSearch && (
              <Gate permission="exports.write">
                <ExportButton what="archive" filter={JSON.stringify(narrowed)} q={q} />
              </Gate>
            )}
            <Gate permission="wecom.read">
              <ButtonLink to="/archive-settings" icon={<SettingOutlined />}>
                {t('archive.setUp')}
              </ButtonLink>
            </Gate>
          </>
        )
      }
    >
      {!(phone && talk) && filters}
      <Split
        open={talk !== undefined}
        list={
          isSearch ? (
            <HitList
              query={{ q, ...narrowed, talk: within ? talk : undefined }}
              chosen={at}
              onOpen={open}
              head={
                talk && (
                  <Checkbox checked={within !== undefined} onChange={({ target }) => show({ within: target.checked ? 'yes' : undefined })}>
                    {t('archive.within')}
                  </Checkbox>
                )
              }
            />
          ) : (
            <TalkList
              query={{ q: who, kind, ...narrowed }}
              chosen={talk}
              onOpen={open}
              head={<WhoBox key={who ?? ''} value={who ?? ''} onChange={(next) => show({ who: next })} />}
            />
          )
        }
        detail={
          talk && (
            <TalkPane
              key={`${talk} ${at ?? ''}`}
              id={talk}
              at={at}
              onBack={phone ? () => show({ talk: undefined, at: undefined, within: undefined }) : undefined}
            />
          )
        }
        empty={t('archive.choose')}
      />
    </Page>
  )
}
