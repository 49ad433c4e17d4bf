import { textOr } from '#console/i18n/i18n.ts'
import { percent } from '#console/ui/format.ts'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { ImportView } from '#platform/imports/schema.ts'

const tones = { waiting: 'waiting', running: 'waiting', done: 'good', failed: 'bad', cancelled: 'quiet' } as const

export function ImportState({ row }: { row: ImportView }) {
  const { read, total } = row.progress
  const word = textOr(`shell.state.${row.state}`, row.state)
  return (
    <Badge tone={tones[row.state]}>{row.state === 'running' && total ? `${word} ${percent(Math.min(read, total), total)}` : word}</Badge>
  )
}
