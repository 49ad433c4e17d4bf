import { createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { parsePrivateKey } from '#connectors/wecom/archive/keys.ts'
import type { ArchiveKeys } from '#connectors/wecom/archive/source.ts'
import { corpIdOf } from '#management/wecom/corp-ids.ts'
import { openSecret, sealSecret } from '#management/wecom/secrets.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'

/** WeCom takes RSA keys of 2048 bits only. */
const bits = 2048
const makePair = promisify(generateKeyPair)

type NewKey = { version: number; privateKey?: string | undefined }

/**
 * Keeps the private half of a version, made here or brought along, and gives the public half, which goes into WeCom's admin page. The
 * private half is never shown again. A version that has opened messages already cannot be put under another key.
 */
export async function saveKey(
  ctx: Context,
  corp: number,
  { version, privateKey }: NewKey,
): Promise<{ version: number; publicKey: string }> {
  const corpId = await corpIdOf(ctx, corp)
  const key = privateKey === undefined ? (await makePair('rsa', { modulusLength: bits })).privateKey : givenKey(privateKey)
  const publicKey = createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString().trim()
  const sealed = sealSecret(ctx, corpId, `archive_key_${version}`, key.export({ format: 'pem', type: 'pkcs8' }).toString())
  await inTransaction(ctx, async (ctx) => {
    const { rows } = await sql<{ publicKey: string }>`
      insert into archive_keys as k (tenant_id, corp, version, public_key, private_key, saved_at, saved_by)
      values (${ctx.tenantId}, ${corp}, ${version}, ${publicKey}, ${sealed}, ${ctx.now()}, ${ctx.actor.name})
      on conflict (tenant_id, corp, version) do update set public_key = excluded.public_key, private_key = excluded.private_key,
        saved_at = excluded.saved_at, saved_by = excluded.saved_by
        where k.public_key = excluded.public_key or exists (select from archive_sealed s
          where s.tenant_id = k.tenant_id and s.corp = k.corp and s.version = k.version and s.reason = 'bad_key')
      returning public_key`.execute(ctx.db)
    if (rows.length === 0)
      throw appError('archive_key.exists', {
        status: 409,
        message: `Version ${version} has a key already. WeCom counts one further for each new key.`,
        field: 'version',
      })
    await lookAgain(ctx, corp)
    await audit(ctx, 'archive.key_saved', ['cor', corp], { version, made: privateKey === undefined })
  })
  return { version, publicKey }
}

function givenKey(pem: string): KeyObject {
  const key = parsePrivateKey(pem)
  if (key.asymmetricKeyDetails?.modulusLength !== bits)
    throw appError('archive_key.wrong_size', { message: `WeCom takes RSA keys of ${bits} bits only.`, field: 'privateKey' })
  return key
}

/** What waited for this key is read in the next round. */
const lookAgain = (ctx: Context, corp: number) =>
  ctx.db.updateTable('archiveSources').set({ dueAt: ctx.now() }).where('tenantId', '=', ctx.tenantId).where('corp', '=', corp).execute()

/** The corp's keys, each opened once. */
export function archiveKeysOf(ctx: Context, corp: number): ArchiveKeys {
  const opened = new Map<number, Promise<KeyObject | undefined>>()
  return {
    find: (version) => {
      const found = opened.get(version) ?? openKey(ctx, corp, version)
      opened.set(version, found)
      return found
    },
  }
}

async function openKey(ctx: Context, corp: number, version: number): Promise<KeyObject | undefined> {
  const row = await ctx.db
    .selectFrom('archiveKeys')
    .select('privateKey')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && parsePrivateKey(openSecret(ctx, await corpIdOf(ctx, corp), `archive_key_${version}`, row.privateKey))
}
