/**
 * What somebody does at the sandbox, on a virtual phone or as its administrator: `path` below /sandbox/ of its control API. Throws with
 * its answer where it refuses.
 */
export async function tellSandbox<Answer>(sandboxUrl: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${sandboxUrl}/sandbox/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as Answer
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer
}
