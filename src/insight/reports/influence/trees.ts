export type Message = { chat: string; message: string; parent: string; sender: string }
export type Tree = { chat: string; messages: number; people: number; depth: number; direct: number }

/** What was said in each group as a tree of answers, the largest first. An answer to nothing in the group is direct: its depth is 1. */
export function growTrees(messages: readonly Message[]): Tree[] {
  const chats = Map.groupBy(messages, ({ chat }) => chat)
  return [...chats]
    .map(([chat, said]) => treeOf(chat, said))
    .sort((one, other) => other.messages - one.messages || (one.chat < other.chat ? -1 : 1))
}

function treeOf(chat: string, said: readonly Message[]): Tree {
  const parents = new Map(said.map(({ message, parent }) => [message, parent]))
  const depths = new Map<string, number>()
  const all = said.map(({ message }) => depthOf(message, parents, depths))
  return {
    chat,
    messages: said.length,
    people: new Set(said.map(({ sender }) => sender)).size,
    depth: all.reduce((most, one) => Math.max(most, one), 0),
    direct: all.filter((depth) => depth === 1).length,
  }
}

/** Up to the first message whose depth is known, then down again; answers that go in a circle end where it closes. */
function depthOf(message: string, parents: ReadonlyMap<string, string>, depths: Map<string, number>): number {
  const path: string[] = []
  const passed = new Set<string>()
  let at: string | undefined = message
  while (at !== undefined && parents.has(at) && !depths.has(at) && !passed.has(at)) {
    path.push(at)
    passed.add(at)
    at = parents.get(at)
  }
  let depth = (at === undefined ? undefined : depths.get(at)) ?? 0
  for (const one of path.reverse()) depths.set(one, ++depth)
  return depths.get(message) ?? 1
}
