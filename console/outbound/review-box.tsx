import { Alert, Button } from 'antd'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'

interface Props {
  isOwn: boolean
  /** What is asked, where the place does not say it. */
  asked?: string
  receivers: number | null
  answer: (approve: boolean) => Promise<unknown>
}

/** What waits for a second person: whoever may approve says so here, unless they made it. */
export function ReviewBox({ isOwn, asked = '', receivers, answer }: Props) {
  const { t } = useText()
  const may = useMay()('messages.approve')
  const people = receivers === null ? '' : t('outbound.reviewPeople', { count: exactNumber(receivers) })
  const about = [asked, people].filter(Boolean).join(' · ')
  if (isOwn || !may)
    return <Alert type="info" showIcon title={t(isOwn ? 'outbound.ownReview' : 'outbound.otherReview')} description={about} />
  return (
    <Section title={t('outbound.states.review')} actions={<ReviewActions answer={answer} />}>
      <p className="note">{[t('outbound.needsApproval'), about].filter(Boolean).join(' · ')}</p>
    </Section>
  )
}

export function ReviewActions({ answer, small }: Pick<Props, 'answer'> & { small?: boolean }) {
  const { t } = useText()
  const run = useRun()
  const say = (approve: boolean) => void run(() => answer(approve), t('outbound.submitted'))
  const size = small ? { size: 'small' as const } : {}
  return (
    <>
      <Button {...size} onClick={() => say(false)}>
        {t('outbound.reject')}
      </Button>
      <Button {...size} type="primary" onClick={() => say(true)}>
        {t('outbound.approve')}
      </Button>
    </>
  )
}
