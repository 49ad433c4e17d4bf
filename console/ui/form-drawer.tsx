import { Alert, Button, Drawer, Form, type FormInstance } from 'antd'
import { type ReactNode, type RefObject, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { ApiError } from '#console/api/client.ts'
import { useText } from '#console/i18n/i18n.ts'
import { RestoredNotice, useDraft } from '#console/ui/draft.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { problemText } from '#console/ui/problem.tsx'

/**
 * A small form beside its list. What the server says about one field stands at that field, the rest on top. With `draft`
 * what was typed survives closing and reloading until it is saved or thrown away.
 */
export function FormDrawer<Values extends object>(props: {
  title: string
  open: boolean
  onClose: () => void
  initial: Partial<Values>
  onSubmit: (values: Values) => Promise<unknown>
  /** What the button says, also by what is chosen so far. */
  submit?: string | ((values: Partial<Values>) => string)
  danger?: boolean
  draft?: string
  wide?: boolean
  extra?: ReactNode
  /** Where the request names a value otherwise than the form does: its field → ours. */
  fields?: Record<string, string>
  children: ReactNode
}) {
  const { t } = useText()
  const phone = usePhone()
  const body = useRef<HTMLDivElement>(null)
  return (
    <Drawer
      title={props.title}
      open={props.open}
      onClose={props.onClose}
      size={phone ? '100%' : props.wide ? 720 : 480}
      extra={props.extra}
      destroyOnHidden
      // On a phone the keyboard would cover the form before it was read.
      afterOpenChange={(open) => open && !phone && focusFirst(body.current)}
      closable={{ 'aria-label': t('ui.close') }}
      styles={{ body: { paddingBottom: 0 } }}
    >
      {props.open && <DrawerForm {...props} body={body} />}
    </Drawer>
  )
}

/** The drawer takes the focus for itself when it opens; whoever opened a form is about to type. */
function focusFirst(body: HTMLElement | null): void {
  if (!body || body.contains(document.activeElement)) return
  body.querySelector<HTMLElement>('input:not([type=hidden], [type=file], :disabled), textarea:not(:disabled)')?.focus()
}

function DrawerForm<Values extends object>(props: {
  body: RefObject<HTMLDivElement | null>
  onClose: () => void
  initial: Partial<Values>
  onSubmit: (values: Values) => Promise<unknown>
  submit?: string | ((values: Partial<Values>) => string)
  danger?: boolean
  draft?: string
  fields?: Record<string, string>
  children: ReactNode
}) {
  const { t } = useText()
  const [form] = Form.useForm<Values>()
  const [problem, setProblem] = useState<string>()
  const [sending, setSending] = useState(false)
  const draft = useDraft<Partial<Values>>(props.draft)
  const discard = () => {
    // The form goes back to what it began with, which is what came back until it is drawn without that.
    flushSync(draft.discard)
    form.resetFields()
  }

  const submit = async (values: Values) => {
    setSending(true)
    setProblem(undefined)
    try {
      await props.onSubmit(values)
      draft.forget()
      props.onClose()
    } catch (error) {
      if (!showAtField(form, error, props.fields)) setProblem(problemText(error))
    } finally {
      setSending(false)
    }
  }
  const said = typeof props.submit === 'function' ? props.submit({ ...props.initial, ...draft.kept }) : props.submit
  return (
    <Form<Values>
      form={form}
      layout="vertical"
      className="drawer-form"
      requiredMark="optional"
      initialValues={{ ...props.initial, ...draft.restored }}
      onValuesChange={(_change, values) => draft.keep(values)}
      onFinish={(values) => void submit(values)}
      // The nearest place would be half below the foot, its complaint unseen.
      scrollToFirstError={{ block: 'center', focus: true }}
    >
      <div className="drawer-fields" ref={props.body}>
        <RestoredNotice draft={{ restored: draft.restored, discard }} />
        {problem && <Alert type="error" title={problem} role="alert" />}
        {props.children}
      </div>
      <footer className="drawer-foot">
        <Button onClick={props.onClose}>{t('ui.cancel')}</Button>
        <Button type="primary" htmlType="submit" danger={props.danger ?? false} loading={sending}>
          {said ?? t('ui.save')}
        </Button>
      </footer>
    </Form>
  )
}

/**
 * The server names the field at fault as in the request body: `lines.0.quantity` stands for the first line's quantity. It is
 * shown at that field, else at the one that holds it: a greeting is one field of a form, `welcome.attachments.0.file` a part of it.
 */
export function showAtField(
  form: Pick<FormInstance, 'setFields' | 'getFieldsError' | 'scrollToField'>,
  error: unknown,
  fields: Record<string, string> = {},
): boolean {
  if (!(error instanceof ApiError) || !error.field) return false
  const field = fields[error.field] ?? error.field
  const [nearest] = form
    .getFieldsError()
    .map(({ name }) => name)
    .filter((name) => `${field}.`.startsWith(`${name.join('.')}.`))
    .sort((one, other) => other.length - one.length)
  if (!nearest) return false
  form.setFields([{ name: nearest, errors: [problemText(error)] }])
  form.scrollToField(nearest, { block: 'center', focus: true })
  return true
}
