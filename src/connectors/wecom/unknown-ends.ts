import { setTimeout as wait } from 'node:timers/promises'
import { isWecomError, WecomUnreachable } from './errors.ts'

/** The line broke, timed out, answered 5xx or said "busy": the work may be done all the same. */
export const isUnknownEnd = (error: unknown): boolean => error instanceof WecomUnreachable || isWecomError(error, -1)

/** What timed out may still be under way at WeCom while we look for it, so a look in vain is followed by a second one. */
const secondLookMs = 1000

/**
 * For what must not happen twice: a mass message, a moment, a link. Nothing is sent again before WeCom was asked whether the
 * first one arrived; `find` is the area's own look-up. When the look-up fails the end stays unknown and nothing is sent. A caller
 * that died in between asks `find` itself before it calls this.
 */
export async function createOnce<Made>(create: () => Promise<Made>, find: () => Promise<Made | undefined>): Promise<Made> {
  try {
    return await create()
  } catch (error) {
    if (!isUnknownEnd(error)) throw error
    const found = await find()
    if (found !== undefined) return found
    await wait(secondLookMs)
    return (await find()) ?? (await create())
  }
}
