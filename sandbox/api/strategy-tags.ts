// Tags of a rule group (section 7, page 94882): as corp tags are, inside one customer strategy.
import { z } from 'zod'
import { strategiesAll } from '../state/tags.ts'
import { type Endpoint, endpoint, refuseParameter } from './protocol.ts'
import { ownStrategy } from './strategies.ts'
import { AddTags, addTags, deleteTags, editTag, Ids, Order, selectGroups, TagName } from './tags.ts'

const StrategyId = z.int().min(1)

export const strategyTagEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/get_strategy_tag_list',
    permission: 'customers',
    empty: { tag_group: [] },
    input: z.object({ strategy_id: StrategyId.optional(), tag_id: Ids.default([]), group_id: Ids.default([]) }),
    handle: (call, { strategy_id, tag_id, group_id }) => {
      if (strategy_id !== undefined) ownStrategy(call, 'customer', strategy_id)
      const groups = selectGroups(call.world, call.agent.corpId, tag_id, group_id, strategy_id ?? strategiesAll)
      // What is deleted is gone from here, not shown as such.
      return {
        tag_group: groups
          .filter((it) => !it.deleted)
          .map(({ deleted: _, tag, ...group }) => ({
            ...group,
            tag: tag.filter((it) => !it.deleted).map(({ deleted: __, ...one }) => one),
          })),
      }
    },
  }),
  endpoint({
    path: 'externalcontact/add_strategy_tag',
    permission: 'customers',
    input: AddTags.extend({ strategy_id: StrategyId }),
    handle: (call, { strategy_id, ...input }) => {
      ownStrategy(call, 'customer', strategy_id)
      return addTags(call, input, strategy_id)
    },
  }),
  endpoint({
    path: 'externalcontact/edit_strategy_tag',
    permission: 'customers',
    input: z.object({ id: z.string().min(1), name: TagName.optional(), order: Order.optional() }),
    handle: (call, input) => editTag(call, input, strategiesAll),
  }),
  endpoint({
    path: 'externalcontact/del_strategy_tag',
    permission: 'customers',
    input: z.object({ tag_id: Ids.default([]), group_id: Ids.default([]) }),
    handle: (call, input) => {
      if (input.tag_id.length + input.group_id.length === 0) refuseParameter('tag_id', 'and group_id missing')
      return deleteTags(call, input, strategiesAll)
    },
  }),
]
