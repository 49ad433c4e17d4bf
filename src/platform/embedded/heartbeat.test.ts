import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { keepBeating } from './heartbeat.ts'

test('who answers, be it with a refusal, is asked again and left alone', async () => {
  let asked = 0
  let ended = false
  const stop = keepBeating(
    async () => {
      if (++asked % 2 === 0) throw new Error('refused')
    },
    { everyMs: 1, patienceMs: 5_000 },
    () => (ended = true),
  )
  await expect.poll(() => asked).toBeGreaterThan(3)
  stop()
  const before = asked
  await sleep(20)
  expect({ asked, ended }).toEqual({ asked: before, ended: false })
})

test('who does not answer at all is ended', async () => {
  const ended = Promise.withResolvers<string>()
  keepBeating(
    () => new Promise(() => undefined),
    { everyMs: 1, patienceMs: 20 },
    () => ended.resolve('ended'),
  )
  expect(await ended.promise).toBe('ended')
})
