import { QrcodeOutlined } from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { Alert, Button, Divider, Form, Input } from 'antd'
import { useState } from 'react'
import { ApiError, get, post, put } from '#console/api/client.ts'
import { sessionQuery } from '#console/api/session.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { homeOf } from '#console/shell/loop.ts'
import { LookSettings } from '#console/shell/user-menu.tsx'
import { showAtField } from '#console/ui/form-drawer.tsx'
import { problemText } from '#console/ui/problem.tsx'
import '#console/shell/shell.css'

interface Credentials {
  login: string
  password: string
}

const route = getRouteApi('/login')

export function LoginPage() {
  const [first, setFirst] = useState<Credentials>()
  const enter = useEnter()
  return (
    <div className="gateway">
      <Art />
      <main className="gateway-form">
        {first ? (
          <NewPassword credentials={first} onDone={enter} onBack={() => setFirst(undefined)} />
        ) : (
          <Password onDone={enter} onFirst={setFirst} />
        )}
        <div className="gateway-look">
          <LookSettings />
        </div>
      </main>
    </div>
  )
}

/** Only paths of this console are followed after the login, never another site's address. */
function useEnter(): () => Promise<void> {
  const client = useQueryClient()
  const router = useRouter()
  const { next } = route.useSearch()
  return async () => {
    const session = await client.fetchQuery({ ...sessionQuery, staleTime: 0 })
    router.history.push(next && /^\/(?![/\\])/.test(next) ? next : session ? homeOf(session) : '/')
  }
}

/** A failed WeCom login comes back to this page with the code of what went wrong. */
function useProblemOfAddress(): string | undefined {
  const { t } = useText()
  const { problem } = route.useSearch()
  return problem && textOr(`errors.${problem}`, t('login.wecomFailed'))
}

function Password(props: { onDone: () => Promise<void>; onFirst: (credentials: Credentials) => void }) {
  const { t } = useText()
  const [problem, setProblem] = useState(useProblemOfAddress())
  const [sending, setSending] = useState(false)
  const submit = async (credentials: Credentials) => {
    setSending(true)
    setProblem(undefined)
    try {
      await post('session', credentials)
      await props.onDone()
    } catch (error) {
      if (error instanceof ApiError && error.code === 'session.password_change_required') props.onFirst(credentials)
      else setProblem(problemText(error))
    } finally {
      setSending(false)
    }
  }
  return (
    <>
      <h1>{t('login.title')}</h1>
      {problem && <Alert type="error" title={problem} role="alert" />}
      <Form<Credentials> layout="vertical" size="large" requiredMark={false} onFinish={(values) => void submit(values)}>
        <Form.Item name="login" label={t('login.login')} rules={[{ required: true, message: t('ui.required') }]}>
          <Input autoComplete="username" placeholder={t('login.loginHint')} autoFocus />
        </Form.Item>
        <Form.Item name="password" label={t('login.password')} rules={[{ required: true, message: t('ui.required') }]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={sending}>
          {t('login.submit')}
        </Button>
        <Divider plain>{t('login.or')}</Divider>
        <WecomButton onProblem={setProblem} />
      </Form>
    </>
  )
}

function WecomButton({ onProblem }: { onProblem: (text: string) => void }) {
  const { t } = useText()
  const { next } = route.useSearch()
  const go = async () => {
    try {
      const { url } = await get<{ url: string }>('session/wecom', { next })
      location.assign(url)
    } catch (error) {
      onProblem(problemText(error))
    }
  }
  return (
    <Button block icon={<QrcodeOutlined />} onClick={() => void go()}>
      {t('login.wecom')}
    </Button>
  )
}

function NewPassword(props: { credentials: Credentials; onDone: () => Promise<void>; onBack: () => void }) {
  const { t } = useText()
  const [form] = Form.useForm<{ newPassword: string; again: string }>()
  const [problem, setProblem] = useState<string>()
  const [sending, setSending] = useState(false)
  const submit = async ({ newPassword }: { newPassword: string }) => {
    setSending(true)
    setProblem(undefined)
    try {
      await put('session/password', { ...props.credentials, newPassword })
      await props.onDone()
    } catch (error) {
      if (!showAtField(form, error)) setProblem(problemText(error))
    } finally {
      setSending(false)
    }
  }
  return (
    <>
      <div>
        <h1>{t('login.newTitle')}</h1>
        <p className="note">{t('login.newNote')}</p>
      </div>
      {problem && <Alert type="error" title={problem} role="alert" />}
      <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={(values) => void submit(values)}>
        <input type="text" name="username" autoComplete="username" value={props.credentials.login} readOnly hidden />
        <Form.Item
          name="newPassword"
          label={t('login.newPassword')}
          extra={t('login.newHint')}
          rules={[{ required: true, message: t('ui.required') }]}
        >
          <Input.Password autoComplete="new-password" autoFocus />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('login.again')}
          dependencies={['newPassword']}
          rules={[
            { required: true, message: t('ui.required') },
            {
              validator: (_rule, value) =>
                !value || value === form.getFieldValue('newPassword') ? Promise.resolve() : Promise.reject(new Error(t('login.different'))),
            },
          ]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={sending}>
          {t('login.change')}
        </Button>
        <Button type="link" block onClick={props.onBack}>
          {t('login.backToLogin')}
        </Button>
      </Form>
    </>
  )
}

/** The product in one picture: many come, and the path bends back to keep them. */
function Art() {
  const { t } = useText()
  const stops = [t('login.scans'), t('login.adds'), t('login.tagged'), t('login.ordered')]
  return (
    <aside className="gateway-art">
      <span className="brand">
        <img src="/mark.svg" alt="" width="32" height="32" />
        <span>
          {t('shell.product')}
          <small>{t('shell.productOther')}</small>
        </span>
      </span>
      <div className="gateway-stream" aria-hidden="true">
        <svg viewBox="0 0 520 180" preserveAspectRatio="none">
          <title>·</title>
          <path
            className="wide"
            d="M0 8 C90 8 90 46 130 46 S220 64 260 64 S350 78 390 78 S480 84 520 84 V96 C480 96 430 102 390 102 S300 116 260 116 S170 134 130 134 S90 172 0 172 Z"
          />
          <path
            className="core"
            d="M0 48 C90 48 90 68 130 68 S220 78 260 78 S350 85 390 85 S480 88 520 88 V92 C480 92 430 95 390 95 S300 102 260 102 S170 112 130 112 S90 132 0 132 Z"
          />
        </svg>
        <ol>
          {stops.map((stop) => (
            <li key={stop}>{stop}</li>
          ))}
        </ol>
      </div>
      <div>
        <h2>{t('login.motto')}</h2>
        <p>{t('login.mottoNote')}</p>
      </div>
    </aside>
  )
}
