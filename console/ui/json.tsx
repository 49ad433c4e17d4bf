/** Anything as the machine has it, for those who look closely. */
export const Json = ({ value }: { value: unknown }) => <pre className="code">{JSON.stringify(value, null, 2)}</pre>
