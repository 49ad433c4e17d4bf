import { CopyText } from '#console/ui/copy-text.tsx'

/** Lines for somebody's own program or page, to be copied. */
export function Code({ name, text }: { name: string; text: string }) {
  return (
    <div className="stack tight">
      <div className="row between">
        <span className="note">{name}</span>
        <CopyText size="small" text={text} />
      </div>
      <pre className="code">{text}</pre>
    </div>
  )
}
