import { Count } from '#console/ui/count.tsx'

/** A number with people behind it: pressed, it lists them. */
export function PeopleNumber({ value, onClick }: { value: number; onClick: () => void }) {
  if (value === 0) return <Count value={0} />
  return (
    <button type="button" className="number-button" onClick={onClick}>
      <Count value={value} />
    </button>
  )
}
