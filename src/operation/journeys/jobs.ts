import { sql } from 'kysely'
import { z } from 'zod'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { defineJob, enqueue, type Schedule } from '#platform/jobs.ts'
import { prepareFiles } from '../contents/media.ts'
import { readContent } from '../contents/queries.ts'
import { readVersions } from './versions.ts'

/** Brings the files that a journey greets with to a corp ahead of the first friend: an upload would take some of the twenty seconds. */
export const prepareGreetings = defineJob({
  name: 'journeys.prepare',
  payload: z.object({ journey: z.int(), version: z.int(), corp: z.int() }),
  async run(ctx, { journey, version, corp }) {
    const [published] = (await readVersions(ctx, [{ journeyId: journey, version }])).values()
    for (const { id, type } of published?.definition.steps ?? []) {
      const content = type === 'welcome' ? published?.contents[id] : undefined
      if (content !== undefined) await prepareFiles(ctx, corp, (await readContent(ctx, content)).attachments)
    }
  },
})

/** Friends may come by any corp of the company. In the caller's transaction. */
export async function prepareSoon(ctx: Context, journey: number, version: number): Promise<void> {
  const corps = await ctx.db
    .selectFrom('wecomCorps')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'active')
    .execute()
  for (const { id: corp } of corps)
    await enqueue(ctx, prepareGreetings, { journey, version, corp }, { key: `journey-${journey}-${version}-${corp}` })
}

/** Media ids end after three days; whatever is greeted with is kept alive. */
async function keepFiles(installation: Installation): Promise<void> {
  const { rows } = await sql<{ tenantId: number; id: number; version: number }>`
    select j.tenant_id, j.id, j.version from journeys j
      join journey_versions v on v.tenant_id = j.tenant_id and v.journey_id = j.id and v.version = j.version
    where j.state in ('running', 'paused') and exists (select from jsonb_array_elements(v.definition -> 'steps') step
      where step ->> 'type' = 'welcome' and jsonb_array_length(step -> 'attachments') > 0)`.execute(installation.databases.system)
  for (const { tenantId, id, version } of rows)
    await prepareSoon(createContext(installation, tenantId, systemActor, `files-${id}`), id, version)
}

export const journeySchedules: Schedule[] = [{ name: 'journeys.files', everySeconds: 6 * 3600, run: keepFiles }]
