import { AddToBoard } from '#console/boards/add-to-board.tsx'
import { useText } from '#console/i18n/i18n.ts'
import type { Document } from '#console/reports/document.ts'
import type { Answer } from '#console/reports/queries.ts'
import { exactNumber } from '#console/ui/format.ts'
import { When } from '#console/ui/when.tsx'

/** Up to when an answer knows the facts and how long it took; what is looked at may go on a board. */
export function Freshness({ answer, document }: { answer: Pick<Answer<unknown>, 'asOf' | 'milliseconds'>; document: Document }) {
  const { t } = useText()
  return (
    <p className="note">
      {t('reports.asOfMoment')} <When at={answer.asOf} /> · {t('reports.took', { milliseconds: exactNumber(answer.milliseconds) })}{' '}
      <AddToBoard document={document} />
    </p>
  )
}
