import { FullscreenOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Select, Skeleton } from 'antd'
import { useRef } from 'react'
import { useMay, useTenant } from '#console/api/session.ts'
import { BoardGrid } from '#console/boards/grid.tsx'
import { type Board, type Layout, useBoard, useDeleteBoard, useSaveBoard } from '#console/boards/queries.ts'
import { ScheduleButton } from '#console/boards/schedules.tsx'
import { ShareButton } from '#console/boards/share.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { readDrill } from '#console/reports/drill.ts'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import type { Drill } from '#console/reports/result.tsx'
import { Back } from '#console/ui/back.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { builtInBoards, employeeBoard, layoutOf } from '#insight/boards/built-in.ts'
import { spanDays } from '#insight/boards/schema.ts'

const route = getRouteApi('/app/boards/$boardId')

interface Shown {
  id: string
  name: string
  note?: string
  layout: Layout
  board: Board | undefined
}

/** One board: built in, or one's own, which can be edited. */
export function BoardPage() {
  const { boardId } = route.useParams()
  const own = !useMay()('reports.read') && boardId === employeeBoard.id
  return (
    <Gate page permission={own ? 'employee_board.read' : 'reports.read'}>
      <AnyBoard />
    </Gate>
  )
}

function AnyBoard() {
  const { t, language } = useText()
  const { boardId } = route.useParams()
  const builtIn = builtInBoards.find(({ id }) => id === boardId)
  const found = useBoard(boardId, builtIn === undefined)
  const may = useMay()
  const back = may('reports.read') ? <Back to="/boards">{t('boards.title')}</Back> : undefined
  if (builtIn)
    return (
      <Opened
        shown={{
          id: boardId,
          // Whoever sees no other board knows this one as their own.
          name: may('reports.read') ? builtIn[language] : t('boards.mine'),
          note: builtIn.note[language],
          layout: shownTo(may, layoutOf(builtIn)),
          board: undefined,
        }}
        back={back}
      />
    )
  if (found.data?.id === boardId)
    return <Opened key={boardId} shown={{ id: boardId, name: found.data.name, layout: found.data.layout, board: found.data }} back={back} />
  return (
    <Page title={t('boards.title')} back={back}>
      <Section>{found.error ? <Problem error={found.error} retry={() => void found.refetch()} /> : <Skeleton active />}</Section>
    </Page>
  )
}

/** The loop is part of the overview, and seen by those who may see that. */
const shownTo = (may: (permission: string) => boolean, { cards, ...layout }: Layout): Layout => ({
  ...layout,
  cards: cards.filter(({ kind }) => kind !== 'loop' || may('overview.read')),
})

function Opened({ shown, back }: { shown: Shown; back: React.ReactNode }) {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/boards/$boardId' })
  const run = useRun()
  const save = useSaveBoard()
  const grid = useRef<HTMLDivElement>(null)
  const today = todayIn(useTenant().timezone)
  const days = spanDays.find((one) => one === Number(search.days)) ?? shown.layout.days
  const editing = search.edit === 'yes' && shown.board?.mine === true
  const drill = (people: Drill | undefined) =>
    void navigate({ search: { ...search, people: people && JSON.stringify(people) }, resetScroll: false })
  const asked = readDrill(search.people)
  const keep = (layout: Layout) => void run(() => save.mutateAsync({ id: shown.id, layout }))
  return (
    <Page
      back={back}
      title={shown.name}
      note={shown.note}
      actions={
        <>
          <Select
            aria-label={t('boards.days')}
            value={days}
            onChange={(next) => void navigate({ search: { ...search, days: String(next) }, replace: true })}
            options={spanDays.map((value) => ({ value, label: value === 1 ? t('boards.today') : t('boards.lastDays', { days: value }) }))}
          />
          <Button
            icon={<FullscreenOutlined />}
            aria-label={t('boards.fullScreen')}
            title={t('boards.fullScreen')}
            onClick={() => void grid.current?.requestFullscreen()}
          />
          <ScheduleButton subject={{ kind: 'board', id: shown.id }} />
          <ShareButton board={shown.board} />
          <Gate permission="reports.read">
            <Actions shown={shown} editing={editing} />
          </Gate>
        </>
      }
    >
      <div ref={grid} className="board-frame">
        <BoardGrid
          layout={shown.layout}
          days={days}
          span={{ from: daysBefore(today, days - 1), to: today }}
          drill={drill}
          edit={editing ? keep : undefined}
        />
      </div>
      {asked && <PeopleDrawer asked={asked} onClose={() => drill(undefined)} />}
    </Page>
  )
}

function Actions({ shown, editing }: { shown: Shown; editing: boolean }) {
  const { t } = useText()
  const navigate = useNavigate({ from: '/boards/$boardId' })
  const run = useRun()
  const confirm = useConfirm()
  const save = useSaveBoard()
  const remove = useDeleteBoard()
  const copy = () =>
    void run(
      () =>
        save
          .mutateAsync({ name: t('boards.copyOf', { name: shown.name }), layout: shown.layout, roles: [] })
          .then(({ id }) => navigate({ to: '/boards/$boardId', params: { boardId: id }, search: { edit: 'yes' } })),
      t('boards.copied'),
    )
  if (!shown.board?.mine)
    return (
      <Button type="primary" onClick={copy}>
        {t('boards.copy')}
      </Button>
    )
  return (
    <>
      {editing && (
        <Button
          danger
          onClick={() =>
            confirm({
              title: t('boards.deleteTitle', { name: shown.name }),
              effect: t('boards.deleteEffect'),
              act: t('ui.delete'),
              danger: true,
              run: () => remove.mutateAsync(shown.id).then(() => navigate({ to: '/boards' })),
            })
          }
        >
          {t('ui.delete')}
        </Button>
      )}
      <Button type="primary" onClick={() => void navigate({ search: editing ? {} : { edit: 'yes' }, replace: true })}>
        {t(editing ? 'boards.done' : 'boards.edit')}
      </Button>
    </>
  )
}
