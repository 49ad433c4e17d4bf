import { storedAttachments } from '#operation/contents/commands.ts'
import type { Context } from '#platform/context.ts'
import type { StoredWelcome, Welcome } from './schema.ts'

/** The greeting as it is kept: every file is known, of a kind WeCom takes, and not too big. `path` leads to it in the request. */
export const storedWelcome = async (ctx: Context, welcome: Welcome, path: readonly (string | number)[]): Promise<StoredWelcome> => ({
  ...welcome,
  attachments: await storedAttachments(ctx, welcome.attachments, path),
})
