import { AppstoreAddOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { type Board, type Card, useBoards, useSaveBoard } from '#console/boards/queries.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { change, type Document, sameDocument, textOf } from '#console/reports/document.ts'
import { useReports, useSaveReport } from '#console/reports/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'

interface Values {
  name: string
  board: string
  boardName?: string
}

const fresh = 'new'

/** Puts what is looked at on a board of one's own: the question is saved once, a board that is not there yet is made. */
export function AddToBoard({ document }: { document: Document }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  if (!useMay()('reports.write')) return null
  return (
    <>
      <Button type="link" size="small" icon={<AppstoreAddOutlined />} onClick={() => setOpen(true)}>
        {t('boards.addTo')}
      </Button>
      {open && <Drawer document={change(document, { persons: undefined, explain: undefined })} onClose={() => setOpen(false)} />}
    </>
  )
}

function Drawer({ document, onClose }: { document: Document; onClose: () => void }) {
  const { t } = useText()
  const navigate = useNavigate()
  const boards = useBoards()
  const own = (boards.data?.items ?? []).filter(({ mine }) => mine)
  const cardOf = useCard(document)
  const save = useSaveBoard()
  const submit = async ({ name, board, boardName }: Values) => {
    const card = await cardOf(name)
    const { id } = await save.mutateAsync(withCard(own, board, boardName ?? '', card))
    await navigate({ to: '/boards/$boardId', params: { boardId: id } })
  }
  return (
    <FormDrawer<Values>
      title={t('boards.addTo')}
      open
      onClose={onClose}
      initial={{ name: textOr(`reports.types.${document.type}`, document.type), board: own[0]?.id ?? fresh }}
      onSubmit={submit}
    >
      <Form.Item name="name" label={t('reports.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="board" label={t('boards.title')}>
        <Select options={[...own.map(({ id, name }) => ({ value: id, label: name })), { value: fresh, label: t('boards.freshBoard') }]} />
      </Form.Item>
      <Form.Item noStyle dependencies={['board']}>
        {({ getFieldValue }) =>
          getFieldValue('board') === fresh && (
            <Form.Item name="boardName" label={t('boards.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
              <Input maxLength={60} />
            </Form.Item>
          )
        }
      </Form.Item>
    </FormDrawer>
  )
}

/** A metric is a card itself; any other question is saved as a report, unless the same one is saved already. */
function useCard(document: Document): (name: string) => Promise<Card> {
  const saved = useReports(document.type)
  const save = useSaveReport()
  return async (name) => {
    if (document.type === 'metric') return { kind: 'metric', metric: textOf(document.metric), size: 'small' }
    const known = saved.rows.find(({ report }) => sameDocument(report, document))
    const { id } = known ?? (await save.mutateAsync({ name, report: document }))
    return { kind: 'report', report: id, size: 'medium' }
  }
}

function withCard(own: readonly Board[], id: string, name: string, card: Card) {
  const board = own.find((one) => one.id === id)
  if (!board) return { name, layout: { days: 30 as const, cards: [card] } }
  return { id, layout: { ...board.layout, cards: [...board.layout.cards, card] } }
}
