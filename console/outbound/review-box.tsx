import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import type { Review } from '#operation/approvals/approval.ts'

interface Props {
  isOwn: boolean
  /** What is asked, where the place does not say it. */
  asked?: string
  receivers: number | null
  answer: (review: Review) => Promise<unknown>
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

/** Whoever sends back says why: the maker reads it beside what they made. */
export function ReviewActions({ answer, small }: Pick<Props, 'answer'> & { small?: boolean }) {
  const { t } = useText()
  const run = useRun()
  const [rejecting, setRejecting] = useState(false)
  const size = small ? { size: 'small' as const } : {}
  return (
    <>
      <Button {...size} onClick={() => setRejecting(true)}>
        {t('outbound.reject')}
      </Button>
      <Button {...size} type="primary" onClick={() => void run(() => answer({ approve: true, note: '' }), t('outbound.submitted'))}>
        {t('outbound.approve')}
      </Button>
      <FormDrawer<{ note: string }>
        title={t('outbound.reject')}
        open={rejecting}
        onClose={() => setRejecting(false)}
        initial={{}}
        submit={t('outbound.reject')}
        onSubmit={({ note }) => answer({ approve: false, note })}
      >
        <Form.Item
          name="note"
          label={t('outbound.rejectWhy')}
          extra={t('outbound.rejectHint')}
          rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
        >
          <Input.TextArea maxLength={300} showCount autoSize={{ minRows: 3 }} />
        </Form.Item>
      </FormDrawer>
    </>
  )
}
