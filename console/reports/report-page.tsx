import { CodeOutlined, EditOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Skeleton } from 'antd'
import { useState } from 'react'
import { useSession, useTenant } from '#console/api/session.ts'
import { ScheduleButton } from '#console/boards/schedules.tsx'
import { CopyLink } from '#console/boards/share.tsx'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { AskField } from '#console/reports/ask-field.tsx'
import { AskedChoices, AskedFacts } from '#console/reports/asked.tsx'
import { change, type Document, isComplete, isEditable, newDocument, readDocument, sameDocument } from '#console/reports/document.ts'
import { readDrill } from '#console/reports/drill.ts'
import { Editor } from '#console/reports/editor.tsx'
import { JsonSheet } from '#console/reports/json-sheet.tsx'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { type SavedReport, useAsked, useReport, useSaveReport } from '#console/reports/queries.ts'
import { type Drill, ResultView } from '#console/reports/result.tsx'
import { SegmentField } from '#console/reports/segment-field.tsx'
import { WhereField } from '#console/reports/where-field.tsx'
import { PeopleField } from '#console/segments/report-editor.tsx'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { Back } from '#console/ui/back.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { todayIn } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'

const route = getRouteApi('/app/reports/$reportId')

export function ReportPage() {
  const { t } = useText()
  const { reportId } = route.useParams()
  const search = route.useSearch()
  const saved = useReport(reportId === 'new' ? undefined : reportId)
  const today = todayIn(useTenant().timezone)
  const weekStart = useSession()?.tenant.weekStart === 'sunday' ? 'sunday' : 'monday'
  const kept = saved.data?.id === reportId ? saved.data : undefined
  const question = reportId === 'new' ? search.ask : undefined
  const asked = useAsked(question)
  const fresh = () => newDocument(isEditable(search.type) ? search.type : 'trend', today, weekStart)
  const document =
    readDocument(search.report) ??
    (reportId !== 'new'
      ? (kept?.report as Document | undefined)
      : question === undefined || asked.error
        ? fresh()
        : (asked.data?.report as Document | undefined))
  const back = <Back to="/reports">{t('reports.title')}</Back>
  if (!document) {
    return (
      <Page title={t('reports.title')} back={back}>
        <Section>{saved.error ? <Problem error={saved.error} retry={() => void saved.refetch()} /> : <Skeleton active />}</Section>
      </Page>
    )
  }
  return <Opened document={document} saved={kept} back={back} ask={reportId === 'new' && <Ask key={question} question={question} />} />
}

/** The words that the report came out of, or a place for some. Once it was changed by hand the words say no longer what it is. */
function Ask({ question }: { question: string | undefined }) {
  const { report } = route.useSearch()
  const { data, error } = useAsked(question)
  if (report !== undefined) return null
  return (
    <Section>
      <AskField question={question ?? ''} withExamples={false} />
      {data && <AskedFacts asked={data} />}
      {error && <Problem error={error} />}
      <AskedChoices error={error} />
    </Section>
  )
}

interface OpenedProps {
  document: Document
  saved: SavedReport | undefined
  back: React.ReactNode
  ask: React.ReactNode
}

function Opened({ document, saved, back, ask }: OpenedProps) {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/reports/$reportId' })
  const phone = usePhone()
  const [json, setJson] = useState(false)
  const [editing, setEditing] = useState(false)
  const show = (next: Document) => void navigate({ search: { ...search, report: JSON.stringify(next) }, replace: true, resetScroll: false })
  const drill = (people: Drill | undefined) =>
    void navigate({ search: { ...search, people: people && JSON.stringify(people) }, resetScroll: false })
  const asked = readDrill(search.people)
  const editor = (
    <div className="fields">
      <Editor document={document} onChange={(fields) => show(change(document, fields))} />
      <WhereField document={document} onChange={(fields) => show(change(document, fields))} />
      <SegmentField document={document} onChange={(fields) => show(change(document, fields))} />
      <PeopleField document={document} onChange={(fields) => show(change(document, fields))} />
    </div>
  )
  const typeName = textOr(`reports.types.${document.type}`, document.type)
  return (
    <Page
      back={back}
      title={saved?.name ?? t('reports.newOf', { type: typeName })}
      note={saved ? typeName : textOr(`reports.questions.${document.type}`, '')}
      actions={
        <>
          {phone && isEditable(document.type) && (
            <Button icon={<EditOutlined />} onClick={() => setEditing(true)}>
              {t('reports.changeQuestion')}
            </Button>
          )}
          <Button icon={<CodeOutlined />} aria-label={t('reports.json')} onClick={() => setJson(true)}>
            {phone ? undefined : 'JSON'}
          </Button>
          <CopyLink />
          {saved && <ScheduleButton subject={{ kind: 'report', id: saved.id }} />}
          <Gate permission="reports.write">
            <Save document={document} saved={saved} />
          </Gate>
        </>
      }
    >
      {ask}
      <div className="report">
        {isEditable(document.type) && !phone && (
          <div className="report-editor">
            <Section title={t('reports.question')}>{editor}</Section>
          </div>
        )}
        <div className="report-result">
          <ResultView document={document} drill={drill} onChange={show} />
        </div>
      </div>
      {asked && <PeopleDrawer asked={asked} onClose={() => drill(undefined)} />}
      <SideSheet title={t('reports.question')} open={editing && phone} onClose={() => setEditing(false)}>
        {editor}
      </SideSheet>
      {json && <JsonSheet document={document} onApply={show} onClose={() => setJson(false)} />}
    </Page>
  )
}

function Save({ document, saved }: { document: Document; saved: SavedReport | undefined }) {
  const { t } = useText()
  const run = useRun()
  const navigate = useNavigate()
  const search = route.useSearch()
  const save = useSaveReport()
  const [naming, setNaming] = useState<'new' | 'rename'>()
  const changed = saved !== undefined && !sameDocument(saved.report, document)
  const settle = (id: string) => navigate({ to: '/reports/$reportId', params: { reportId: id }, search: {}, replace: true })
  return (
    <>
      {saved && <Button onClick={() => setNaming('rename')}>{t('reports.rename')}</Button>}
      {saved && changed && (
        <Button disabled={!isComplete(document)} onClick={() => setNaming('new')}>
          {t('reports.saveAs')}
        </Button>
      )}
      {(!saved || changed) && (
        <Button
          type="primary"
          disabled={!isComplete(document)}
          loading={save.isPending}
          onClick={() =>
            saved
              ? void run(() => save.mutateAsync({ id: saved.id, report: document }).then(({ id }) => settle(id)), t('reports.saved'))
              : setNaming('new')
          }
        >
          {t('ui.save')}
        </Button>
      )}
      <NameDrawer
        title={t(naming === 'rename' ? 'reports.rename' : 'reports.saveReport')}
        label={t('reports.name')}
        max={100}
        open={naming !== undefined}
        initial={naming === 'rename' ? (saved?.name ?? '') : (search.ask?.slice(0, 100) ?? '')}
        onClose={() => setNaming(undefined)}
        onSave={(name) =>
          naming === 'rename'
            ? save.mutateAsync({ id: saved?.id, name })
            : save.mutateAsync({ name, report: document }).then(({ id }) => settle(id))
        }
      />
    </>
  )
}
