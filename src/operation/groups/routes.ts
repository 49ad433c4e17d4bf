import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { listGroups, listMembers, listMemberships, readGroup } from './queries.ts'
import {
  GroupDetail,
  GroupList,
  GroupMemberList,
  GroupMemberQuery,
  GroupPeriodQuery,
  GroupQuery,
  GroupStatistics,
  GroupTagged,
  GroupTagging,
  MembershipList,
} from './schema.ts'
import { readStatistics } from './statistics.ts'
import { tagGroups } from './tagging.ts'

const MembershipQuery = z.object({ customer: z.string().max(60), limit: z.coerce.number().int().min(1).max(200).default(100) })

/** Scope `follow`: a group is its owner's, and the data scope says whose groups somebody sees. */
export const groups = router()
  .get('/', allow('groups.read', 'follow'), describe('List groups by name, owner and state', GroupList), query(GroupQuery), async (c) =>
    c.json(await listGroups(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    '/memberships',
    allow('groups.read', 'follow'),
    describe('The groups a customer is and was in', MembershipList),
    query(MembershipQuery),
    async (c) => c.json(await listMemberships(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/tagging',
    allow('groups.write', 'follow'),
    describe('Give tags to groups and take tags from them', GroupTagged),
    body(GroupTagging),
    async (c) => c.json(await tagGroups(c.var.ctx, c.req.valid('json'))),
  )
  .get('/:id', allow('groups.read', 'follow'), describe('Read a group', GroupDetail), async (c) =>
    c.json(await readGroup(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))),
  )
  .get(
    '/:id/members',
    allow('groups.read', 'follow'),
    describe('Who is in the group, or was', GroupMemberList),
    query(GroupMemberQuery),
    async (c) => c.json(await listMembers(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )
  .get(
    '/:id/statistics',
    allow('groups.read', 'follow'),
    describe('Joins and leaves by day, way in and inviter', GroupStatistics),
    query(GroupPeriodQuery),
    async (c) => c.json(await readStatistics(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )

const idOf = (ctx: Context, text: string): number => internalId(ctx, 'grp', text)
