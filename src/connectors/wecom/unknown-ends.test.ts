import { expect, test } from 'vitest'
import { type EndpointName, endpointNames, endpointOf } from './endpoints/catalogue.ts'
import { WecomError, WecomUnreachable } from './errors.ts'
import { createOnce, isUnknownEnd } from './unknown-ends.ts'

const lost = new WecomUnreachable('externalcontact/add_msg_template', 'timeout')
const refused = (errcode: number) => new WecomError({ endpoint: 'externalcontact/add_msg_template', errcode, errmsg: '' })

/** Works off what happens at each call, one after the other. */
function script<Made>(...steps: (Made | Error)[]) {
  const run = async (): Promise<Made> => {
    run.calls += 1
    const step = steps[run.calls - 1]
    if (step instanceof Error) throw step
    return step as Made
  }
  run.calls = 0
  return run
}

test('what was answered is not looked for', async () => {
  const [create, find] = [script<string>('made'), script<string | undefined>()]
  expect(await createOnce(create, find)).toBe('made')
  expect(find.calls).toBe(0)
})

test.each([
  ['the line', lost],
  ['a busy WeCom', refused(-1)],
])('what %s kept from us is looked for, and not made again when it is there', async (_why, error) => {
  const [create, find] = [script<string>(error), script<string | undefined>('found')]
  expect(await createOnce(create, find)).toBe('found')
  expect(create.calls).toBe(1)
})

test('what comes to light late is found by the second look; what never arrived is made once more', async () => {
  const [late, second] = [script<string>(lost), script<string | undefined>(undefined, 'found')]
  expect(await createOnce(late, second)).toBe('found')
  const [again, never] = [script<string>(lost, 'made'), script<string | undefined>(undefined, undefined)]
  expect(await createOnce(again, never)).toBe('made')
  expect([again.calls, never.calls]).toEqual([2, 2])
})

test('a refusal is a refusal, and without a look nothing is made again', async () => {
  const [create, find] = [script<string>(refused(41048)), script<string | undefined>()]
  await expect(createOnce(create, find)).rejects.toMatchObject({ errcode: 41048 })
  expect(find.calls).toBe(0)
  const [blind, broken] = [script<string>(lost), script<string | undefined>(lost)]
  await expect(createOnce(blind, broken)).rejects.toBe(lost)
  expect(blind.calls).toBe(1)
  expect([isUnknownEnd(lost), isUnknownEnd(refused(-1)), isUnknownEnd(refused(45009)), isUnknownEnd(new Error('x'))]).toEqual([
    true,
    true,
    false,
    false,
  ])
})

/** How somebody who does not know the end of a call that must not be repeated finds out. */
const waysToKnow: Partial<Record<EndpointName, string>> = {
  'externalcontact/add_msg_template': 'findMassMessage',
  'externalcontact/add_moment_task': 'findMoment',
  'externalcontact/transfer_customer': 'findHandovers',
  'externalcontact/resigned/transfer_customer': 'findHandovers',
  'externalcontact/groupchat/transfer': 'findMovedGroups',
  'externalcontact/groupchat/onjob_transfer': 'findMovedGroups',
  'externalcontact/customer_acquisition/create_link': 'findLink',
  'externalcontact/add_contact_way': 'findContactWay',
  'externalcontact/add_product_album': 'findProduct',
  'externalcontact/add_intercept_rule': 'findInterceptRule',
  'externalcontact/customer_strategy/create': 'findStrategy',
  'externalcontact/moment_strategy/create': 'findStrategy',
  'externalcontact/customer_strategy/edit': 'getStrategy',
  'externalcontact/moment_strategy/edit': 'getStrategy',
  'kf/account/add': 'findKfAccount',
  'kf/service_state/trans': 'readKfState',
  // The second is refused or dropped by WeCom itself: a code works once, an id of ours once, equal messages within a time once.
  'externalcontact/send_welcome_msg': 'the code works once',
  'auth/getuserinfo': 'the code works once',
  'user/getuserinfo': 'the code works once',
  'message/update_template_card': 'the code works once',
  'kf/send_msg_on_event': 'the code works once',
  'kf/send_msg': 'messageId',
  'message/send': 'sendMessageOnce',
  'externalcontact/close_temp_chat': 'an ended session is 84061',
  // A second one does no harm but for the quota it takes.
  'externalcontact/groupchat/add_join_way': 'listed nowhere',
  'externalcontact/group_welcome_template/add': 'listed nowhere',
  'kf/add_contact_way': 'listed nowhere',
  'media/uploadimg': 'listed nowhere',
  'media/upload_by_url': 'listed nowhere',
  'externalcontact/remind_groupmsg_send': 'three in a day',
}

/** Endpoints that no part of this connector calls yet: whoever wraps one says here how its end is known. */
const uncalled: EndpointName[] = [
  'department/create',
  'user/create',
  'user/batchdelete',
  'batch/invite',
  'batch/syncuser',
  'batch/replaceuser',
  'batch/replaceparty',
  'tag/create',
  'export/simple_user',
  'export/user',
  'export/department',
  'export/taguser',
  'linkedcorp/message/send',
  'appchat/create',
  'appchat/send',
  'kf/knowledge/add_group',
  'kf/knowledge/add_intent',
]

test('of every call that must not be repeated it is known how to find out', () => {
  const once = endpointNames.filter((name) => !endpointOf(name).repeatable)
  expect(once.toSorted()).toEqual([...Object.keys(waysToKnow), ...uncalled].toSorted())
})
