import type { Context } from '#platform/context.ts'
import { importKinds } from '../app.ts'
import { type DemoOptions, type DemoResult, liveDemo } from './live.ts'

/** The demo of a workspace whose WeCom is the sandbox it was started with. */
export const fillWithDemo = (ctx: Context, wishes: Omit<DemoOptions, 'sandboxUrl' | 'importKinds'>): Promise<DemoResult> =>
  liveDemo(ctx, { ...wishes, sandboxUrl: ctx.config.wecom.baseUrl, importKinds })
