import { PlusOutlined } from '@ant-design/icons'
import { Button, Form, Modal, Popover } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useTagGroups } from '#console/groups/queries.ts'
import { GroupTagSelect } from '#console/groups/tag-select.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { Row, Section, Stack } from '#console/ui/page.tsx'
import { TagChips } from '#console/ui/tag-chips.tsx'
import type { GroupDetail } from '#operation/groups/schema.ts'

/** The tags of one group, on its page. */
export function TagsOfGroup({ group }: { group: GroupDetail }) {
  const { t } = useText()
  const may = useMay()('groups.write')
  const run = useRun()
  const tagging = useTagGroups()
  const [adding, setAdding] = useState(false)
  const change = (part: { give?: string[]; take?: string[] }) => void run(() => tagging.mutateAsync({ groups: [group.id], ...part }))
  return (
    <Section
      title={t('groups.tags')}
      actions={may && <AddTags open={adding} onOpen={setAdding} has={group.tags.map(({ id }) => id)} give={(give) => change({ give })} />}
    >
      <Row>
        {group.tags.length > 0 ? (
          <TagChips tags={group.tags} {...(may ? { onRemove: ({ id }) => change({ take: [id] }) } : {})} />
        ) : (
          <p className="note">{t('groups.noTags')}</p>
        )}
      </Row>
    </Section>
  )
}

function AddTags(props: { open: boolean; onOpen: (open: boolean) => void; has: string[]; give: (ids: string[]) => void }) {
  const { t } = useText()
  const [chosen, setChosen] = useState<string[]>([])
  const open = (on: boolean) => {
    setChosen([])
    props.onOpen(on)
  }
  const give = () => {
    props.give(chosen)
    open(false)
  }
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={props.open}
      onOpenChange={open}
      destroyOnHidden
      content={
        <div className="views">
          <Stack tight>
            <GroupTagSelect autoFocus label={t('groups.pickTags')} value={chosen} onChange={setChosen} except={props.has} />
            <Button type="primary" size="small" disabled={chosen.length === 0} onClick={give}>
              {t('groups.addTag')}
            </Button>
          </Stack>
        </div>
      }
    >
      <Button size="small" icon={<PlusOutlined />}>
        {t('groups.addTag')}
      </Button>
    </Popover>
  )
}

/** Tags given to the chosen groups and taken from them, in one go. */
export function TagMany({ groups, done }: { groups: string[]; done: () => void }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t('groups.tagMany')}
      </Button>
      {open && (
        <TagManyDialog
          groups={groups}
          onClose={(finished) => {
            setOpen(false)
            if (finished) done()
          }}
        />
      )}
    </>
  )
}

function TagManyDialog({ groups, onClose }: { groups: string[]; onClose: (finished: boolean) => void }) {
  const { t } = useText()
  const run = useRun()
  const tagging = useTagGroups()
  const [give, setGive] = useState<string[]>([])
  const [take, setTake] = useState<string[]>([])
  const act = async () => {
    const done = await run(() => tagging.mutateAsync({ groups, give, take }))
    if (!done) return
    void run(async () => done, t('groups.tagged', { given: done.given, taken: done.taken }))
    onClose(true)
  }
  return (
    <Modal
      open
      title={t('groups.tagManyOf', { count: groups.length })}
      okText={t('ui.save')}
      cancelText={t('ui.cancel')}
      okButtonProps={{ disabled: give.length + take.length === 0, loading: tagging.isPending }}
      onOk={() => void act()}
      onCancel={() => onClose(false)}
    >
      <Form layout="vertical">
        <Form.Item label={t('groups.giveTags')} htmlFor="groups-give">
          <GroupTagSelect id="groups-give" value={give} onChange={setGive} except={take} autoFocus />
        </Form.Item>
        <Form.Item label={t('groups.takeTags')} htmlFor="groups-take">
          <GroupTagSelect id="groups-take" value={take} onChange={setTake} except={give} />
        </Form.Item>
      </Form>
    </Modal>
  )
}
