import type { WecomPart } from '#management/wecom/parts.ts'
import { pullNow } from './pull.ts'

/** What the archive adds to the life of a corp. */
export const archiveOfWecom: WecomPart = {
  handlers: {
    msgaudit_notify:
      async (_ctx, _event, { corp }) =>
      async (ctx) =>
        void (await pullNow(ctx, corp)),
  },
  steps: [],
}
