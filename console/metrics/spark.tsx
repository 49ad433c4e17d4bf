/** The run of a number in a line without axes; a gap is where it had no value. */
export function Spark({ values }: { values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return null
  const [low, high] = [Math.min(0, ...known), Math.max(...known)]
  const x = (index: number) => (index / (values.length - 1)) * 100
  // Nothing at all is a line on the ground.
  const y = (value: number) => (high === low ? 38 : 38 - ((value - low) / (high - low)) * 34)
  const line = values
    .map((value, index) =>
      value === null ? '' : `${(values[index - 1] ?? null) === null ? 'M' : 'L'}${x(index).toFixed(2)} ${y(value).toFixed(2)}`,
    )
    .join('')
  const whole = known.length === values.length
  return (
    <svg className="spark" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
      <title>·</title>
      {whole && <path className="area" d={`${line}L100 40L0 40Z`} />}
      <path d={line} />
    </svg>
  )
}
