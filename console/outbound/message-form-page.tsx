import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { ApiError } from '#console/api/client.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { lackOf } from '#console/live-codes/attachments-editor.tsx'
import { WelcomeEditor } from '#console/live-codes/welcome-editor.tsx'
import { GroupFields } from '#console/outbound/group-fields.tsx'
import { wordingLetter } from '#console/outbound/labels.tsx'
import { PreviewBox } from '#console/outbound/preview-box.tsx'
import { askPreview, useMessage, useSaveMessage } from '#console/outbound/queries.ts'
import { StopBar } from '#console/outbound/stop-bar.tsx'
import { WordingPreviews } from '#console/outbound/wording-previews.tsx'
import { useSegmentNames } from '#console/segments/queries.ts'
import { useTagGroups } from '#console/tags/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { Back } from '#console/ui/back.tsx'
import { type Complaints, complaintAt, useComplaints } from '#console/ui/complaints.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { RestoredNotice, useDraft } from '#console/ui/draft.tsx'
import { Columns, Page, Section, Stack } from '#console/ui/page.tsx'
import { problemText } from '#console/ui/problem.tsx'
import type { Content } from '#operation/contents/schema.ts'
import {
  type CustomerAudience,
  type GroupAudience,
  type MessageDetail,
  type MessageInput,
  mostWordings,
  type Preview,
} from '#operation/messages/schema.ts'
import { messageKinds } from '#operation/outbound/schema.ts'

const route = getRouteApi('/app/messages/$messageId/edit')

const newRoute = getRouteApi('/app/messages/new')

/** From nothing, for a segment, or from another message that was good. */
export function NewMessagePage() {
  const { from, segment } = newRoute.useSearch()
  if (from) return <CopyOf id={from} />
  if (segment)
    return <MessageForm draft={`message.for.${segment}`} start={{ ...empty, to: { whom: 'customers', audience: { segment } } }} />
  return <MessageForm draft="message.new" start={empty} />
}

function CopyOf({ id }: { id: string }) {
  const { t } = useText()
  return (
    <Awaited read={useMessage(id)}>
      {(found) => (
        <MessageForm
          draft={`message.copy.${id}`}
          start={{ ...inputOf(found), name: t('outbound.copyOf', { name: found.name }).slice(0, 60) }}
        />
      )}
    </Awaited>
  )
}

export function EditMessagePage() {
  const { messageId } = route.useParams()
  const message = useMessage(messageId)
  return (
    <Awaited read={message}>
      {(found) => <MessageForm key={found.id} draft={`message.${found.id}`} start={inputOf(found)} message={found} />}
    </Awaited>
  )
}

const empty: MessageInput = { name: '', kind: 'marketing', to: { whom: 'customers', audience: {} }, content: { text: '', attachments: [] } }

const inputOf = ({ name, kind, whom, audience, content, wordings }: MessageDetail): MessageInput => ({
  name,
  kind,
  to: whom === 'groups' ? { whom, audience: audience as GroupAudience } : { whom, audience: audience as CustomerAudience },
  content,
  wordings,
})

/** What was typed survives a reload until it is saved or thrown away. */
function MessageForm({ draft, start, message }: { draft: string; start: MessageInput; message?: MessageDetail }) {
  const { t } = useText()
  const navigate = useNavigate()
  const run = useRun()
  const save = useSaveMessage()
  const unsaved = useDraft<MessageInput>(draft)
  const input = unsaved.kept ?? start
  const { complaints, top, complain, clear } = useComplaints()
  const [preview, setPreview] = useState<Preview>()
  const { kind, to, content, wordings = [] } = input
  const several = to.whom === 'customers' ? [content, ...wordings] : [content]
  const say = (part: Partial<MessageInput>) => {
    clear()
    unsaved.keep({ ...input, ...part })
  }
  const change = (part: Partial<MessageInput>) => {
    say(part)
    setPreview(undefined)
  }
  const discard = () => {
    clear()
    setPreview(undefined)
    unsaved.discard()
  }
  const submit = async () => {
    const missing = missingIn(input.name, several, t)
    if (Object.keys(missing).length > 0) return complain(missing)
    try {
      const saved = await save.mutateAsync({ id: message?.id, ...input, wordings: to.whom === 'groups' ? [] : wordings })
      unsaved.forget()
      await navigate({ to: '/messages/$messageId', params: { messageId: saved.id } })
    } catch (error) {
      complain({ [error instanceof ApiError ? (error.field ?? '') : '']: problemText(error) })
    }
  }
  const general = Object.entries(complaints).find(([field]) => !/^(name$|content\.|wordings\.)/.test(field))?.[1]
  const nameless = complaints.name
  return (
    <Page
      form
      title={message ? t('outbound.edit') : t('outbound.create')}
      back={<Back to="/messages">{t('outbound.title')}</Back>}
      actions={
        <>
          {unsaved.kept && !unsaved.restored && <Button onClick={discard}>{t('liveCodes.discardDraft')}</Button>}
          <Button onClick={() => void run(async () => setPreview(await askPreview({ kind, to })))}>{t('outbound.preview')}</Button>
          <Button type="primary" loading={save.isPending} onClick={() => void submit()}>
            {t('ui.save')}
          </Button>
        </>
      }
    >
      <StopBar />
      <RestoredNotice draft={{ restored: unsaved.restored, discard }} />
      <div ref={top} className="stack">
        {general && <Alert type="error" title={general} role="alert" />}
        {preview && <PreviewBox preview={preview} of={{ kind, to }} whom={to.whom} />}
        <Columns shares={[3, 2]}>
          <Stack>
            <Section>
              <Form layout="vertical">
                <Form.Item
                  label={t('outbound.name')}
                  required
                  htmlFor="message-name"
                  validateStatus={nameless ? 'error' : ''}
                  help={nameless}
                >
                  <Input
                    id="message-name"
                    value={input.name}
                    maxLength={60}
                    placeholder={t('outbound.namePlaceholder')}
                    onChange={(event) => say({ name: event.target.value })}
                  />
                </Form.Item>
                <Form.Item label={t('outbound.kind')} extra={t('outbound.kindHint')}>
                  <Radio.Group
                    value={kind}
                    onChange={(event) => change({ kind: event.target.value })}
                    options={messageKinds.map((value) => ({ value, label: t(`outbound.kinds.${value}`) }))}
                  />
                </Form.Item>
                <Form.Item label={t('outbound.whom')}>
                  <Radio.Group
                    value={to.whom}
                    onChange={(event) => change({ to: { whom: event.target.value, audience: {} } })}
                    options={(['customers', 'groups'] as const).map((value) => ({ value, label: t(`outbound.whoms.${value}`) }))}
                  />
                </Form.Item>
                {to.whom === 'customers' ? (
                  <CustomerFields value={to.audience} onChange={(audience) => change({ to: { whom: 'customers', audience } })} />
                ) : (
                  <GroupFields value={to.audience} onChange={(audience) => change({ to: { whom: 'groups', audience } })} />
                )}
              </Form>
            </Section>
            <Section title={several.length > 1 ? t('outbound.wording', { letter: wordingLetter(0) }) : t('outbound.content')}>
              <Form layout="vertical">
                <WelcomeEditor plain value={content} onChange={(content) => say({ content })} {...about(complaints, 'content')} />
              </Form>
            </Section>
            {to.whom === 'customers' && <Wordings value={wordings} onChange={(wordings) => say({ wordings })} complaints={complaints} />}
          </Stack>
          <WordingPreviews contents={several} />
        </Columns>
      </div>
    </Page>
  )
}

/** What is asked of a content, in words that say what to do. */
function missingIn(name: string, contents: Content[], t: Translate): Complaints {
  const ofContents = contents.flatMap(({ text, attachments }, place) => {
    const path = place === 0 ? 'content' : `wordings.${place - 1}`
    const lacks = attachments.map((one, index) => [`${path}.attachments.${index}`, lackOf(one, t)] as const)
    const empty = text.trim() === '' && attachments.length === 0 ? t('liveCodes.empty') : undefined
    return [[`${path}.text`, empty] as const, ...lacks]
  })
  const all = [['name', name.trim() === '' ? t('ui.required') : undefined] as const, ...ofContents]
  return Object.fromEntries(all.flatMap(([field, text]) => (text ? [[field, text]] : [])))
}

/** The complaints about the words and the attachments of the content at this path. */
const about = (complaints: Complaints, path: string) => ({
  complaint: complaintAt(complaints, `${path}.text`),
  complaintOf: (index: number) => complaintAt(complaints, `${path}.attachments.${index}`),
})

/** Other ways to say it, which an experiment on the message deals out. */
function Wordings(props: { value: Content[]; onChange: (wordings: Content[]) => void; complaints: Complaints }) {
  const { value, onChange, complaints } = props
  const { t } = useText()
  return (
    <>
      {value.map((wording, index) => (
        <Section
          // biome-ignore lint/suspicious/noArrayIndexKey: wordings have no identity but their place
          key={index}
          title={t('outbound.wording', { letter: wordingLetter(index + 1) })}
          actions={
            <Button size="small" onClick={() => onChange(value.toSpliced(index, 1))}>
              {t('ui.delete')}
            </Button>
          }
        >
          <Form layout="vertical">
            <WelcomeEditor
              plain
              value={wording}
              onChange={(changed) => onChange(value.with(index, changed))}
              {...about(complaints, `wordings.${index}`)}
            />
          </Form>
        </Section>
      ))}
      {value.length < mostWordings && (
        <Section title={t('outbound.wordings')} note={t('outbound.wordingsHint')}>
          <Button icon={<PlusOutlined />} onClick={() => onChange([...value, { text: '', attachments: [] }])}>
            {t('outbound.addWording')}
          </Button>
        </Section>
      )}
    </>
  )
}

const given = (ids: string[]): string[] | undefined => (ids.length > 0 ? ids : undefined)

function CustomerFields({ value, onChange }: { value: CustomerAudience; onChange: (audience: CustomerAudience) => void }) {
  const { t } = useText()
  const segments = useSegmentNames()
  const employees = useEmployeeNames()
  const groups = useTagGroups()
  const tags = (groups.data?.items ?? []).map((group) => ({
    label: group.name,
    title: group.name,
    options: group.tags.map(({ id, name }) => ({ value: id, label: name })),
  }))
  const say = (part: CustomerAudience) =>
    onChange(Object.fromEntries(Object.entries({ ...value, ...part }).filter(([, one]) => one !== undefined)))
  const sayTags = (part: NonNullable<CustomerAudience['tags']>) => {
    const found = Object.fromEntries(Object.entries({ ...value.tags, ...part }).filter(([, one]) => one !== undefined))
    say({ tags: Object.keys(found).length > 0 ? found : undefined })
  }
  return (
    <>
      <Form.Item label={t('outbound.segment')} htmlFor="message-segment">
        <Select
          id="message-segment"
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          value={value.segment ?? null}
          placeholder={t('outbound.everybody')}
          options={segments}
          onChange={(segment: string | null) => say({ segment: segment ?? undefined })}
        />
      </Form.Item>
      <Form.Item label={t('outbound.tags')} htmlFor="message-tags">
        <Select
          id="message-tags"
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          value={value.tags?.in ?? []}
          options={tags}
          onChange={(ids: string[]) => sayTags({ in: given(ids) })}
        />
      </Form.Item>
      <Form.Item label={t('outbound.withoutTags')} htmlFor="message-without">
        <Select
          id="message-without"
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          value={value.tags?.none ?? []}
          options={tags}
          onChange={(ids: string[]) => sayTags({ none: given(ids) })}
        />
      </Form.Item>
      <Form.Item label={t('outbound.employees')} htmlFor="message-employees">
        <Select
          id="message-employees"
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          value={value.employees ?? []}
          options={employees}
          onChange={(ids: string[]) => say({ employees: given(ids) })}
        />
      </Form.Item>
    </>
  )
}
