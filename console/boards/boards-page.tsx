import { PlusOutlined } from '@ant-design/icons'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { type Board, useBoards, useSaveBoard } from '#console/boards/queries.ts'
import { ScheduleList } from '#console/boards/schedules.tsx'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { When } from '#console/ui/when.tsx'
import { builtInBoards } from '#insight/boards/built-in.ts'

/** The boards there are: one for each role, and one's own. */
export function BoardsPage() {
  const { t, language } = useText()
  const navigate = useNavigate()
  const save = useSaveBoard()
  const [creating, setCreating] = useState(false)
  const create = (name: string) =>
    save
      .mutateAsync({ name, layout: { days: 30, cards: [] }, roles: [] })
      .then(({ id }) => navigate({ to: '/boards/$boardId', params: { boardId: id }, search: { edit: 'yes' } }))
  return (
    <Page
      title={t('boards.title')}
      note={t('boards.note')}
      actions={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
          {t('boards.create')}
        </Button>
      }
    >
      <Section title={t('boards.builtIn')}>
        <ul className="report-kinds">
          {builtInBoards.map((board) => (
            <li key={board.id}>
              <Link to="/boards/$boardId" params={{ boardId: board.id }} search={{}}>
                <span>
                  <strong>{board[language]}</strong>
                  <span className="note">{board.note[language]}</span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </Section>
      <Section flush title={t('boards.own')}>
        <OwnBoards />
      </Section>
      <ScheduleList />
      <NameDrawer
        title={t('boards.create')}
        label={t('boards.name')}
        max={60}
        open={creating}
        onClose={() => setCreating(false)}
        onSave={create}
      />
    </Page>
  )
}

function OwnBoards() {
  const { t } = useText()
  const boards = useBoards()
  const items = boards.data?.items ?? []
  if (boards.error) return <Problem error={boards.error} retry={() => void boards.refetch()} />
  if (items.length === 0) return <Empty title={t('boards.none')} hint={t('boards.noneHint')} />
  return (
    <PlainScroll>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('boards.name')}</th>
            <th scope="col">{t('boards.owner')}</th>
            <th scope="col">{t('boards.shared')}</th>
            <th scope="col">{t('boards.updatedAt')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((board) => (
            <tr key={board.id}>
              <th scope="row">
                <Link to="/boards/$boardId" params={{ boardId: board.id }} search={{}}>
                  {board.name}
                </Link>
              </th>
              <td>{board.owner?.name ?? '—'}</td>
              <td>{sharedWith(board, t)}</td>
              <td>
                <When at={board.updatedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </PlainScroll>
  )
}

const sharedWith = ({ roles }: Board, t: Translate): string =>
  roles === null ? t('boards.everybody') : roles.length === 0 ? t('boards.onlyMe') : t('boards.onlyRoles', { count: roles.length })
