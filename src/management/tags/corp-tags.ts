import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'

/**
 * Notes what corps show otherwise than it is here now: renamed, moved and deleted tags and groups. management/wecom carries it
 * out. Looks at the difference and not at the deed, so noting twice, or late, is noting once.
 */
export async function noteTagEdits(ctx: Context): Promise<void> {
  await sql`
    with gone_tags as (
      delete from wecom_tags w where w.tenant_id = ${ctx.tenantId} and not exists (select from tags t where t.tenant_id = w.tenant_id and t.id = w.local_tag_id)
      returning w.corp, w.tag_id
    ),
    gone_groups as (
      delete from wecom_tag_groups w where w.tenant_id = ${ctx.tenantId} and not exists (select from tag_groups g where g.tenant_id = w.tenant_id and g.id = w.local_group_id)
      returning w.corp, w.group_id
    ),
    edits as (
      select corp, tag_id as id, 'tag' as kind, 'delete' as action from gone_tags
      union all
      select corp, group_id, 'group', 'delete' from gone_groups
      union all
      select w.corp, w.tag_id, 'tag', 'change' from wecom_tags w
      join tags t on t.tenant_id = w.tenant_id and t.id = w.local_tag_id
      left join wecom_tag_groups wg on wg.tenant_id = w.tenant_id and wg.corp = w.corp and wg.group_id = w.group_id
      where w.tenant_id = ${ctx.tenantId} and w.name is not null and (t.name <> w.name or wg.local_group_id <> t.group_id)
      union all
      select w.corp, w.group_id, 'group', 'change' from wecom_tag_groups w
      join tag_groups g on g.tenant_id = w.tenant_id and g.id = w.local_group_id
      where w.tenant_id = ${ctx.tenantId} and w.name is not null and g.name <> w.name
    )
    insert into wecom_tag_edits as e (tenant_id, corp, id, kind, action, due_at)
    select ${ctx.tenantId}, corp, id, kind, action, ${ctx.now()} from edits
    on conflict (tenant_id, corp, id) do update set action = excluded.action, version = e.version + 1, attempts = 0, due_at = excluded.due_at, done_at = null, error_message = null
    where e.action <> excluded.action or e.done_at is not null`.execute(ctx.db)
}
