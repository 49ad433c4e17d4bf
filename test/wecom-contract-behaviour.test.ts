import { describe, expect, test } from 'vitest'
import { userBehaviour } from '#connectors/wecom/statistics.ts'
import { contractLab, daySeconds, failure, names } from './support/contract-lab.ts'

const lab = contractLab()
const { control, raw, advance } = lab

describe('what members did with their customers', () => {
  const ask = (asked: Parameters<typeof userBehaviour>[1]) => userBehaviour(lab.app, asked)
  const midnight = (seconds: number) => Math.floor((seconds + 8 * 3600) / daySeconds) * daySeconds - 8 * 3600

  test('is counted by daySeconds, several members as one', async () => {
    await control('POST', 'employees', { userId: 'diligent', name: '勤快', departments: [5] })
    await control('POST', 'employees', { userId: 'slow', name: '慢', departments: [5] })
    // Noon, so that nothing of the story falls on another day.
    const started = await lab.nowSeconds()
    await advance(midnight(started) + daySeconds + 12 * 3600 - started)
    const noon = await lab.nowSeconds()
    const [one = '', two = ''] = await lab.newCustomers('diligent', 2)
    const [three = ''] = await lab.newCustomers('slow', 1)
    await control('POST', 'befriend', { userId: 'diligent', name: '被动添加' })
    const say = (from: string, to: string) => control('POST', 'say', { from, to, text: '你好' })
    await say(one, 'diligent')
    await advance(600)
    await say('diligent', one)
    await say('diligent', one)
    await say(two, 'diligent')
    await say('slow', three)
    await control('POST', 'unfollow', { externalUserId: two, userId: 'diligent', by: 'customer' })
    await advance(daySeconds)
    const today = { from: noon, to: noon }
    expect(await ask({ users: ['diligent'], ...today })).toEqual([
      {
        stat_time: midnight(noon),
        chat_cnt: 2,
        message_cnt: 2,
        reply_percentage: 50,
        avg_reply_time: 10,
        negative_feedback_cnt: 1,
        new_apply_cnt: 1,
        new_contact_cnt: 3,
      },
    ])
    // Who was not asked anything has no rate of answers.
    const [slow] = await ask({ users: ['slow'], ...today })
    expect(slow).toEqual({
      stat_time: midnight(noon),
      chat_cnt: 1,
      message_cnt: 1,
      negative_feedback_cnt: 0,
      new_apply_cnt: 0,
      new_contact_cnt: 1,
    })
    const both = await ask({ users: ['diligent', 'slow'], from: noon - daySeconds, to: noon })
    expect(both).toMatchObject([{ chat_cnt: 0 }, { stat_time: midnight(noon), chat_cnt: 3, message_cnt: 3, new_contact_cnt: 4 }])
    const [party] = await ask({ departments: [5], ...today })
    expect(party).toMatchObject({ chat_cnt: 3, new_contact_cnt: 4 })
  })

  test('is there for thirty days at a time, yesterday back to half a year', async () => {
    const at = await lab.nowSeconds()
    const asked = (from: number, to: number) => ask({ users: ['lina'], from, to })
    expect(await asked(at - 30 * daySeconds, at - daySeconds)).toHaveLength(30)
    for (const [from, to] of [
      [at - daySeconds, at],
      [at - 181 * daySeconds, at - 170 * daySeconds],
    ] as const)
      expect(await failure(asked(from, to))).toMatchObject({ errcode: 600018, reaction: 'fix_request' })
    for (const [from, to, field] of [
      [at - 31 * daySeconds, at - daySeconds, 'end_time'],
      [at - daySeconds, at - 2 * daySeconds, 'end_time'],
      [at * 1000, at * 1000, 'start_time'],
    ] as const) {
      expect(await failure(asked(from, to))).toMatchObject({ code: 'wecom.bad_request', field })
      const refused = await raw('externalcontact/get_user_behavior_data', { userid: ['lina'], start_time: from, end_time: to })
      expect(refused).toMatchObject({ errcode: 600018, behavior_data: [] })
    }
    const yesterday = { from: at - daySeconds, to: at - daySeconds }
    expect(await failure(ask(yesterday))).toMatchObject({ errcode: 40058 })
    expect(await failure(ask({ users: ['nobody'], ...yesterday }))).toMatchObject({ errcode: 60111 })
    expect(await failure(ask({ departments: [999], ...yesterday }))).toMatchObject({ errcode: 60123 })
    expect(await failure(ask({ users: names(101), ...yesterday }))).toMatchObject({ code: 'wecom.bad_request', field: 'userid' })
  })
})
