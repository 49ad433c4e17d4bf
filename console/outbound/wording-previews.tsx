import { Segmented } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { WelcomePreview } from '#console/live-codes/welcome-preview.tsx'
import { wordingLetter } from '#console/outbound/labels.tsx'
import { Row, Stack } from '#console/ui/page.tsx'
import type { Content } from '#operation/contents/schema.ts'

/** What the customer sees; of several wordings one at a time. */
export function WordingPreviews({ contents }: { contents: Content[] }) {
  const { t } = useText()
  const [chosen, setChosen] = useState(0)
  const place = Math.min(chosen, contents.length - 1)
  const content = contents[place]
  return (
    <Stack>
      {contents.length > 1 && (
        <Segmented
          aria-label={t('outbound.wordings')}
          value={place}
          onChange={setChosen}
          options={contents.map((_, value) => ({ value, label: t('outbound.wording', { letter: wordingLetter(value) }) }))}
        />
      )}
      <Row>{content && <WelcomePreview welcome={content} employee={t('outbound.sender')} company="" />}</Row>
    </Stack>
  )
}
