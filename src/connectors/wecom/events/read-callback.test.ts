import { describe, expect, test } from 'vitest'
import { camelCase } from './fields.ts'
import { callbackKey, readCallback } from './read-callback.ts'

const own = (event: string, fields: string, at = 1700000000) =>
  `<xml><ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${event}]]></Event>${fields}</xml>`
const suite = (event: string, fields: string) =>
  `<xml><SuiteId>wws</SuiteId><AuthCorpId>ww1</AuthCorpId><InfoType>${event}</InfoType><TimeStamp>1700000000</TimeStamp>${fields}</xml>`

const keyOf = (xml: string): string => callbackKey(readCallback(xml))

function readWithoutRaw(xml: string) {
  const { raw: _raw, ...rest } = readCallback(xml)
  return rest
}

describe('an event', () => {
  test('is the same from an own app and from a suite', () => {
    const fields =
      '<ChangeType>add_external_contact</ChangeType><UserID>lisi</UserID><ExternalUserID>wm1</ExternalUserID><WelcomeCode>CODE</WelcomeCode>'
    const typed = {
      corpId: 'ww1',
      at: 1700000000,
      kind: 'event',
      event: 'change_external_contact',
      changeType: 'add_external_contact',
      type: 'change_external_contact.add_external_contact',
      known: true,
      userId: 'lisi',
      externalUserId: 'wm1',
      welcomeCode: 'CODE',
    }
    expect(readWithoutRaw(own('change_external_contact', fields))).toMatchObject(typed)
    expect(readWithoutRaw(suite('change_external_contact', fields))).toEqual({ ...typed, suiteId: 'wws' })
  })

  test('leaves out what WeCom left out', () => {
    const event = readCallback(
      own('change_external_contact', '<ChangeType>add_external_contact</ChangeType><UserID>a</UserID><ExternalUserID>b</ExternalUserID>'),
    )
    expect(Object.keys(event)).not.toContain('state')
    expect(Object.keys(event)).not.toContain('welcomeCode')
    expect(Object.keys(event)).not.toContain('agentId')
  })

  test('keeps words nobody knew when this was written, and fields too', () => {
    const event = readCallback(
      own(
        'change_external_contact',
        '<ChangeType>transfer_fail</ChangeType><UserID>a</UserID><ExternalUserID>b</ExternalUserID><FailReason>moon_phase</FailReason><NewField>x</NewField>',
      ),
    )
    expect(event).toMatchObject({ known: true, failReason: 'moon_phase', newField: 'x', raw: { NewField: 'x' } })
  })

  test('of an unknown kind comes raw and says so', () => {
    expect(readCallback(own('change_weather', '<ChangeType>rain</ChangeType><Amount>3</Amount>'))).toMatchObject({
      known: false,
      type: 'change_weather.rain',
      raw: { Amount: '3' },
    })
  })

  test('has one joined member as a list of one', () => {
    const fields =
      '<ChatId>wr1</ChatId><ChangeType>update</ChangeType><UpdateDetail>add_member</UpdateDetail><JoinScene>3</JoinScene><MemChangeCnt>1</MemChangeCnt><MemChangeList><Item>wm1</Item></MemChangeList>'
    const event = readCallback(own('change_external_chat', fields))
    expect(event).toMatchObject({ updateDetail: 'add_member', joinScene: 3, memChangeCnt: 1, memChangeList: ['wm1'] })
    expect(Object.keys(event)).not.toContain('quitScene')
    expect(readCallback(own('change_external_chat', fields.replace('<Item>wm1</Item>', '')))).toMatchObject({ memChangeList: [] })
  })

  test('splits comma lists of the directory and keeps an all-digit tag id as text', () => {
    const member =
      '<ChangeType>update_user</ChangeType><UserID>a</UserID><Department>6,1</Department><IsLeaderInDept>0,1</IsLeaderInDept><DirectLeader>b,c</DirectLeader><Status>1</Status>'
    expect(readCallback(own('change_contact', member))).toMatchObject({
      department: [6, 1],
      isLeaderInDept: [0, 1],
      directLeader: ['b', 'c'],
      status: 1,
    })
    expect(readCallback(own('change_external_tag', '<Id>007</Id><TagType>tag</TagType><ChangeType>create</ChangeType>'))).toMatchObject({
      id: '007',
      tagType: 'tag',
    })
  })

  test('accepts both spellings of the options of a card', () => {
    for (const word of ['OptionId', 'OpitonId']) {
      const items = `<SelectedItems><SelectedItem><QuestionKey>q</QuestionKey><${word}s><${word}>1</${word}></${word}s></SelectedItem></SelectedItems>`
      expect(readCallback(own('template_card_event', items))).toMatchObject({ selectedItems: [{ questionKey: 'q', optionIds: ['1'] }] })
    }
  })

  test('takes repeated elements as a list', () => {
    const fields = '<AuthAddOpenKfId>wk1</AuthAddOpenKfId><AuthAddOpenKfId>wk2</AuthAddOpenKfId>'
    expect(readCallback(own('kf_account_auth_change', fields))).toMatchObject({ known: true, authAddOpenKfId: ['wk1', 'wk2'] })
  })

  test('without an unreadable number is still that event', () => {
    const fields = '<ChangeType>quota_expire_soon</ChangeType><ExpireTime>soon</ExpireTime><ExpireQuotaNum>12</ExpireQuotaNum>'
    const event = readCallback(own('customer_acquisition', fields))
    expect(event).toMatchObject({ known: true, expireQuotaNum: 12, raw: { ExpireTime: 'soon' } })
    expect(Object.keys(event)).not.toContain('expireTime')
  })

  test('is told apart by its type in the compiler too', () => {
    const event = readCallback(own('change_external_chat', '<ChatId>wr1</ChatId><ChangeType>dismiss</ChangeType>'))
    if (event.kind === 'event' && event.known && event.type === 'change_external_chat.dismiss')
      expect(event.chatId.toUpperCase()).toBe('WR1')
    else expect.unreachable()
  })
})

describe('a message', () => {
  test('has its body typed and its id as text', () => {
    const xml =
      '<xml><ToUserName>ww1</ToUserName><FromUserName>lisi</FromUserName><CreateTime>1700000000</CreateTime><MsgType>location</MsgType><Location_X>23.1</Location_X><Scale>20</Scale><MsgId>12345678901234567890</MsgId><AgentID>7</AgentID></xml>'
    expect(readCallback(xml)).toMatchObject({
      kind: 'message',
      type: 'message.location',
      known: true,
      from: 'lisi',
      agentId: 7,
      locationX: 23.1,
      scale: 20,
      msgId: '12345678901234567890',
    })
  })
})

describe('the key of a callback', () => {
  const add = (customer: string) =>
    own(
      'change_external_contact',
      `<ChangeType>add_external_contact</ChangeType><UserID>a</UserID><ExternalUserID>${customer}</ExternalUserID>`,
    )

  test('tells twenty customers of one second apart', () => {
    const keys = Array.from({ length: 20 }, (_, index) => keyOf(add(`wm${index}`)))
    expect(new Set(keys).size).toBe(20)
  })

  test('is the same for a repetition, in whatever order and spacing', () => {
    const reordered = own(
      'change_external_contact',
      '\n<UserID>a</UserID> <ExternalUserID><![CDATA[wm1]]></ExternalUserID><ChangeType>add_external_contact</ChangeType>',
    )
    expect(keyOf(reordered)).toBe(keyOf(add('wm1')))
  })

  test('of a message is its id', () => {
    const message = (text: string) => `<xml><MsgType>text</MsgType><Content>${text}</Content><MsgId>9</MsgId><AgentID>1</AgentID></xml>`
    expect(keyOf(message('a'))).toBe(keyOf(message('b')))
  })
})

test.each([
  ['UserID', 'userId'],
  ['ExternalUserID', 'externalUserId'],
  ['OpenKfId', 'openKfId'],
  ['Location_X', 'locationX'],
  ['NewUserID', 'newUserId'],
  ['PicMd5Sum', 'picMd5Sum'],
  ['OpitonIds', 'optionIds'],
  ['item', 'item'],
])('%s becomes %s', (name, expected) => {
  expect(camelCase(name)).toBe(expected)
})
