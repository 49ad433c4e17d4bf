import { Button, Form, Input, Skeleton } from 'antd'
import { useState } from 'react'
import { useDropWord, useWatchedWords, useWatchWord } from '#console/archive/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { When } from '#console/ui/when.tsx'
import type { WatchedWord } from '#management/archive/schema.ts'

/** Words that are told as events: what rules may know of chats. */
export function WatchedWords() {
  const { t } = useText()
  const words = useWatchedWords()
  const watch = useWatchWord()
  const [isAdding, setAdding] = useState(false)
  return (
    <Section
      title={t('archive.settings.words')}
      note={t('archive.settings.wordsNote')}
      actions={<Button onClick={() => setAdding(true)}>{t('archive.settings.newWord')}</Button>}
    >
      {words.error ? (
        <Problem error={words.error} retry={() => void words.refetch()} />
      ) : !words.data ? (
        <Skeleton active paragraph={{ rows: 1 }} />
      ) : words.data.items.length === 0 ? (
        <p className="note">{t('archive.settings.noWords')}</p>
      ) : (
        <Stack tight>
          {words.data.items.map((word) => (
            <Word key={word.id} {...word} />
          ))}
        </Stack>
      )}
      <FormDrawer<{ word: string }>
        title={t('archive.settings.newWord')}
        open={isAdding}
        onClose={() => setAdding(false)}
        initial={{}}
        onSubmit={(values) => watch.mutateAsync(values)}
      >
        <Form.Item
          name="word"
          label={t('archive.settings.word')}
          extra={t('archive.settings.wordHint')}
          rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
        >
          <Input maxLength={40} autoComplete="off" />
        </Form.Item>
      </FormDrawer>
    </Section>
  )
}

function Word({ id, word, createdAt, createdBy, lookedBack }: WatchedWord) {
  const { t } = useText()
  const confirm = useConfirm()
  const drop = useDropWord()
  const ask = () =>
    confirm({
      title: t('archive.settings.dropWord', { word }),
      effect: t('archive.settings.dropWordHint'),
      act: t('archive.settings.drop'),
      run: () => drop.mutateAsync(id),
    })
  return (
    <div className="row between">
      <span>{word}</span>
      <span className="note">
        {lookedBack ? <When at={createdAt} /> : t('archive.settings.lookingBack')} · {createdBy}
      </span>
      <Button type="link" size="small" onClick={ask} aria-label={`${t('archive.settings.drop')} ${word}`}>
        {t('archive.settings.drop')}
      </Button>
    </div>
  )
}
