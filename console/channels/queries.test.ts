import { expect, test } from 'vitest'
import { channelPaths } from '#console/channels/queries.ts'

test('a channel is named with the channels above it, and one whose parent is unknown by itself', () => {
  const paths = channelPaths([
    { id: 'a', name: '线上', parentId: null },
    { id: 'b', name: '抖音', parentId: 'a' },
    { id: 'c', name: '直播间', parentId: 'b' },
    { id: 'd', name: '门店', parentId: 'gone' },
  ])
  expect(paths.map(({ label }) => label)).toEqual(['线上', '线上 / 抖音', '线上 / 抖音 / 直播间', '门店'])
})
