import { isIP } from 'node:net'
import { sidecarSource } from '#connectors/wecom/archive/sidecar-source.ts'
import type { ArchiveSource } from '#connectors/wecom/archive/source.ts'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { appWith } from '#management/wecom/app.ts'
import { corpIdOf } from '#management/wecom/corp-ids.ts'
import { openSecret, sealSecret } from '#management/wecom/secrets.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import type { SourceChange } from './schema.ts'

/** Where a corp's messages come from. A changed source goes on where the former one stood: its numbers are WeCom's. */
export async function changeSource(ctx: Context, corp: number, { kind, url = '', secret }: SourceChange): Promise<void> {
  if (kind === 'sidecar') checkUrl(url)
  const corpId = await corpIdOf(ctx, corp)
  await inTransaction(ctx, async (ctx) => {
    const known = await readSource(ctx, corp)
    if (kind === 'sidecar' && !secret && !known?.secret)
      throw appError('archive_source.no_secret', { message: 'The archive has a secret of its own in WeCom’s admin page.', field: 'secret' })
    const values = {
      kind,
      url: kind === 'sidecar' ? url : '',
      ...(secret && { secret: sealSecret(ctx, corpId, 'archive_secret', secret) }),
      dueAt: ctx.now(),
      failures: 0,
      errorCode: null,
      errorMessage: null,
    }
    await ctx.db
      .insertInto('archiveSources')
      .values({ tenantId: ctx.tenantId, corp, ...values })
      .onConflict((conflict) => conflict.columns(['tenantId', 'corp']).doUpdateSet(values))
      .execute()
    await audit(ctx, 'archive.source_changed', ['cor', corp], { kind, url: values.url, newSecret: secret !== undefined })
  })
}

/** The archive's secret goes there: through the open only behind TLS, without it to this machine alone. */
function checkUrl(text: string): void {
  const refused = (code: string, message: string) => appError(code, { message, field: 'url' })
  if (!URL.canParse(text)) throw refused('url.invalid', 'This is not a URL.')
  const url = new URL(text)
  if (url.username || url.password) throw refused('url.credentials', 'A URL with user and password is not called.')
  if (url.search || url.hash) throw refused('url.invalid', 'The address has neither ? nor #.')
  if (url.protocol === 'https:') return
  if (url.protocol !== 'http:') throw refused('url.scheme', 'Only http and https are called.')
  if (!isLoopback(url.hostname)) throw refused('url.not_loopback', 'Without https only this machine itself is called.')
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

export type Source = NonNullable<Awaited<ReturnType<typeof readSource>>>

export const readSource = (ctx: Context, corp: number) =>
  ctx.db.selectFrom('archiveSources').selectAll().where('tenantId', '=', ctx.tenantId).where('corp', '=', corp).executeTakeFirst()

/** The process that holds the native library; undefined where there is none. */
export async function openSource(ctx: Context, source: Source): Promise<ArchiveSource | undefined> {
  const secret = await secretOf(ctx, source)
  return source.kind === 'sidecar' && secret ? sidecarSource({ url: source.url, secret }) : undefined
}

/** For the part of the archive that speaks HTTP, which needs the archive's own secret. */
export async function archiveApp(ctx: Context, source: Source): Promise<WecomApp | undefined> {
  const secret = await secretOf(ctx, source)
  return secret ? appWith(ctx, { corpId: await corpIdOf(ctx, source.corp), secret }) : undefined
}

const secretOf = async (ctx: Context, { corp, secret }: Source): Promise<string | undefined> =>
  secret ? openSecret(ctx, await corpIdOf(ctx, corp), 'archive_secret', secret) : undefined
