/**
 * Work that comes while other work is under way waits for its end and is then done at once, so a rush costs a few turns and not
 * one each. `work` gives an answer for each of the batch, in their order, or fails as a whole: then each is tried alone, because
 * one that cannot be done must not take the others along.
 */
export function together<In, Out>(most: number, work: (batch: readonly In[]) => Promise<readonly Out[]>): (one: In) => Promise<Out> {
  type Waiting = { one: In; resolve: (out: Out) => void; reject: (error: unknown) => void }
  const waiting: Waiting[] = []
  let isBusy = false

  async function doThem(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await work(batch.map(({ one }) => one))
      batch.forEach(({ resolve }, i) => {
        resolve(answers[i] as Out)
      })
    } catch (error) {
      if (batch.length > 1) for (const one of batch) await doThem([one])
      else batch[0]?.reject(error)
    }
  }

  async function doAll(): Promise<void> {
    isBusy = true
    while (waiting.length > 0) await doThem(waiting.splice(0, most))
    isBusy = false
  }

  return (one) =>
    new Promise((resolve, reject) => {
      waiting.push({ one, resolve, reject })
      if (!isBusy) void doAll()
    })
}
