import { CheckCircleFilled, LoadingOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Form, Input, InputNumber } from 'antd'
import { type ReactNode, useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { Doctor } from '#console/integrations/wecom/doctor.tsx'
import { useChangeCorp, useCheckCapabilities, useConnect, useCorp, useStartSync } from '#console/integrations/wecom/queries.ts'
import { Back } from '#console/ui/back.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { showAtField } from '#console/ui/form-drawer.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section, Stack } from '#console/ui/page.tsx'
import { problemText } from '#console/ui/problem.tsx'
import { Stepper } from '#console/ui/stepper.tsx'
import type { Corp, Receiver } from '#management/wecom/schema.ts'

const route = getRouteApi('/app/wecom/connect')

/** Everything an administrator has to do, in order and in the words of WeCom's own admin pages. */
export const ConnectPage = () => (
  <Gate page permission="wecom.write">
    <Connecting />
  </Gate>
)

function Connecting() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/wecom/connect' })
  const corp = useCorp(search.corp)
  const [receiver, setReceiver] = useState<Receiver>()
  const step = search.corp ? Math.min(3, Math.max(1, Number(search.step) || 1)) : 0
  const go = (to: number, id: string | undefined = search.corp) => void navigate({ search: id ? { corp: id, step: String(to) } : {} })
  const found = corp.data?.id === search.corp ? corp.data : undefined
  return (
    <Page back={<Back to="/wecom">{t('wecom.title')}</Back>} title={t('wecom.connect')}>
      <Section>
        <Stepper
          steps={[t('wecom.steps.app'), t('wecom.steps.callback'), t('wecom.steps.trust'), t('wecom.steps.check')]}
          current={step}
          onGo={(to) => to > 0 && go(to)}
        />
      </Section>
      {step === 0 && (
        <AppStep
          onDone={(made) => {
            setReceiver(made.receiver)
            go(1, made.id)
          }}
        />
      )}
      {step === 1 && found && <CallbackStep corp={found} receiver={receiver} onReceiver={setReceiver} onNext={() => go(2)} />}
      {step === 2 && found && <TrustStep corp={found} onNext={() => go(3)} />}
      {step === 3 && found && <CheckStep corp={found} />}
    </Page>
  )
}

const Ordered = ({ children }: { children: ReactNode[] }) => (
  <ol className="how-to">
    {children.map((child, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the steps of an instruction are fixed
      <li key={index}>{child}</li>
    ))}
  </ol>
)

interface AppFacts {
  corpId: string
  name?: string
  agentId?: number | null
  secret: string
}

function AppStep({ onDone }: { onDone: (corp: Corp) => void }) {
  const { t } = useText()
  const [form] = Form.useForm<AppFacts>()
  const [problem, setProblem] = useState<string>()
  const connect = useConnect()
  const submit = async ({ corpId, name, agentId, secret }: AppFacts) => {
    setProblem(undefined)
    try {
      onDone(await connect.mutateAsync({ corpId, secret, ...(name ? { name } : {}), ...(agentId ? { agentId } : {}) }))
    } catch (error) {
      if (!showAtField(form, error)) setProblem(problemText(error))
    }
  }
  const needed = { required: true, whitespace: true, message: t('ui.required') }
  return (
    <Section title={t('wecom.steps.app')} note={t('wecom.appIntro')}>
      <Ordered>{[t('wecom.appSteps.corpId'), t('wecom.appSteps.app'), t('wecom.appSteps.secret')]}</Ordered>
      <Form<AppFacts>
        form={form}
        layout="vertical"
        requiredMark="optional"
        className="form-narrow"
        onFinish={(facts) => void submit(facts)}
      >
        {problem && <Alert type="error" showIcon title={problem} style={{ marginBottom: 16 }} />}
        <Form.Item name="corpId" label={t('wecom.corpId')} extra={t('wecom.corpIdHint')} rules={[needed]}>
          <Input autoComplete="off" placeholder="ww1234567890abcdef" />
        </Form.Item>
        <Form.Item name="secret" label="Secret" extra={t('wecom.secretHint')} rules={[needed]}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item name="agentId" label={t('wecom.agentId')} extra={t('wecom.agentIdHint')}>
          <InputNumber precision={0} min={1} controls={false} placeholder="1000002" style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="name" label={t('wecom.name')} extra={t('wecom.nameHint')}>
          <Input maxLength={64} autoComplete="off" />
        </Form.Item>
        <Button type="primary" size="large" htmlType="submit" loading={connect.isPending}>
          {t('wecom.next')}
        </Button>
      </Form>
    </Section>
  )
}

function CallbackStep(props: {
  corp: Corp
  receiver: Receiver | undefined
  onReceiver: (receiver: Receiver | undefined) => void
  onNext: () => void
}) {
  const { t } = useText()
  const { corp, receiver } = props
  const verified = corp.callbackVerifiedAt !== null
  const local = /\/\/(localhost|127\.|\[::1\])/.test(corp.callbackUrl)
  return (
    <Section title={t('wecom.steps.callback')} note={t('wecom.callbackIntro')}>
      <Stack>
        {local && <Alert type="warning" showIcon title={t('wecom.localUrl')} />}
        <Ordered>{[t('wecom.callbackSteps.contact'), t('wecom.callbackSteps.directory')]}</Ordered>
        <ReceiverFields url={corp.callbackUrl} receiver={receiver} />
        {!receiver && !verified && (
          <Alert type="info" showIcon title={t('wecom.keysGone')} action={<NewKeys corp={corp} onReceiver={props.onReceiver} />} />
        )}
        <p className={verified ? 'row good-word' : 'row'} role="status">
          {verified ? <CheckCircleFilled /> : <LoadingOutlined />} {t(verified ? 'wecom.passed' : 'wecom.waiting')}
        </p>
        <div className="row">
          <Button type={verified ? 'primary' : 'default'} size="large" onClick={props.onNext}>
            {t(verified ? 'wecom.proceed' : 'wecom.later')}
          </Button>
        </div>
      </Stack>
    </Section>
  )
}

export function ReceiverFields({ url, receiver }: { url: string; receiver: Receiver | undefined }) {
  const { t } = useText()
  const fields = [
    { name: t('wecom.url'), value: url },
    ...(receiver
      ? [
          { name: t('wecom.token'), value: receiver.token },
          { name: t('wecom.aesKey'), value: receiver.encodingAesKey },
        ]
      : []),
  ]
  return (
    <div className="stack tight">
      {fields.map(({ name, value }) => (
        <div key={name} className="secret">
          <span className="note">{name}</span>
          <CopyId value={value} />
        </div>
      ))}
    </div>
  )
}

export function NewKeys({ corp, onReceiver }: { corp: Corp; onReceiver: (receiver: Receiver | undefined) => void }) {
  const { t } = useText()
  const run = useRun()
  const confirm = useConfirm()
  const change = useChangeCorp(corp.id)
  const make = async () => onReceiver((await change.mutateAsync({ newCallbackKeys: true })).receiver)
  // Before the first verification nobody uses the old ones, so nothing is lost by making new ones.
  const ask = () =>
    corp.callbackVerifiedAt
      ? confirm({ title: t('wecom.newKeys'), effect: t('wecom.newKeysEffect'), act: t('wecom.newKeys'), danger: true, run: make })
      : void run(make)
  return (
    <Button loading={change.isPending} onClick={ask}>
      {t('wecom.newKeys')}
    </Button>
  )
}

/** The domain to trust is the public one, wherever this page itself was opened. */
function TrustStep({ corp, onNext }: { corp: Corp; onNext: () => void }) {
  const { t } = useText()
  const run = useRun()
  const check = useCheckCapabilities(corp.id)
  // The next step shows what WeCom says now, so it is asked on the way there.
  const proceed = async () => {
    await run(() => check.mutateAsync(undefined))
    onNext()
  }
  return (
    <Section title={t('wecom.steps.trust')} note={t('wecom.trustIntro')}>
      <Stack>
        <Ordered>
          {[t('wecom.trustSteps.api'), t('wecom.trustSteps.members'), t('wecom.trustSteps.ip'), t('wecom.trustSteps.domain')]}
        </Ordered>
        <div className="secret">
          <span className="note">{t('wecom.domain')}</span>
          <CopyId value={new URL(corp.callbackUrl).host} />
        </div>
        <div className="row">
          <Button type="primary" size="large" loading={check.isPending} onClick={() => void proceed()}>
            {t('wecom.proceed')}
          </Button>
        </div>
      </Stack>
    </Section>
  )
}

function CheckStep({ corp }: { corp: Corp }) {
  const { t } = useText()
  const run = useRun()
  const navigate = useNavigate()
  const start = useStartSync(corp.id)
  const finish = async () => {
    await run(() => start.mutateAsync())
    await navigate({ to: '/wecom/$corpId', params: { corpId: corp.id } })
  }
  return (
    <Stack>
      <Alert type="info" showIcon title={t('wecom.checkIntro')} />
      <Doctor id={corp.id} all />
      <div className="row">
        <Button type="primary" size="large" loading={start.isPending} onClick={() => void finish()}>
          {t('wecom.finish')}
        </Button>
      </div>
    </Stack>
  )
}
