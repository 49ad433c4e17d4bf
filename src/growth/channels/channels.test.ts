import { beforeAll, expect, test } from 'vitest'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { changeChannel, createChannel } from './commands.ts'
import { readChannel } from './queries.ts'
import { NewChannel } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

test('a channel is renamed, moved below another, put away and brought back; none lies within itself', async () => {
  const ctx = await workspace.newTenant()
  const [shops, one] = [
    await createChannel(ctx, NewChannel.parse({ name: '门店' })),
    await createChannel(ctx, NewChannel.parse({ name: '一店' })),
  ]
  const parentId = publicId(ctx, 'cha', shops)
  await changeChannel(ctx, one, { name: '徐汇店', parentId, archived: true })
  expect(await readChannel(ctx, one)).toMatchObject({ name: '徐汇店', parentId, archived: true })
  await changeChannel(ctx, one, { archived: false })
  await changeChannel(ctx, one, {})
  expect(await readChannel(ctx, one)).toMatchObject({ name: '徐汇店', archived: false })
  await expect(changeChannel(ctx, shops, { parentId: publicId(ctx, 'cha', one) })).rejects.toMatchObject({ code: 'channel.circle' })
})
