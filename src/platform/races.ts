/** Lost a deadlock or a serialisation race: nothing was done, and the same again will most likely be. */
export const isRace = (error: unknown): boolean => ['40001', '40P01'].includes((error as { code?: string }).code ?? '')

const mostAttempts = 4

/** Runs `work` again when it lost a race; so it must not touch anything but the database, in one transaction. */
export async function afterRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === mostAttempts || !isRace(error)) throw error
    }
  }
}
