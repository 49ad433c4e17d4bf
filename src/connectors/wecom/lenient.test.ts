import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '#platform/errors.ts'
import { endpointNames, endpointOf } from './endpoints/catalogue.ts'
import { callbackKey, readCallback } from './events/read-callback.ts'
import { readLeniently, withOdd } from './lenient.ts'
import { parseSample } from './parse.ts'
import { withoutNull } from './without-null.ts'

const contact = endpointOf('externalcontact/get').response

test('nulls are absent, and no letter is left that a database does not hold', () => {
  const halves = { name: 'a\u0000b', list: [null, '\ud83d', '😀'], nothing: null, deep: [{ remark: '\u0000' }] }
  expect(withoutNull(halves)).toEqual({ name: 'ab', list: ['\ufffd', '😀'], deep: [{ remark: '' }] })
})

describe('one odd value', () => {
  const answer = {
    errcode: 0,
    external_contact: { external_userid: 'wm1', gender: 'female' },
    follow_user: [
      { userid: 'a', add_way: {} },
      { userid: 'b', add_way: 1 },
    ],
  }

  test('is left out and told, the rest is typed', () => {
    const read = readLeniently(contact, answer)
    expect(read?.value).toEqual({
      errcode: 0,
      external_contact: { external_userid: 'wm1' },
      follow_user: [{ userid: 'a' }, { userid: 'b', add_way: 1 }],
    })
    expect(read?.odd.map((one) => one.path.join('.'))).toEqual(['external_contact.gender', 'follow_user.0.add_way'])
    expect(read && withOdd(read)).toEqual(answer)
    expect(answer.follow_user[0]).toEqual({ userid: 'a', add_way: {} })
  })

  test('is no excuse for a missing id or a list that is none', () => {
    expect(readLeniently(contact, { external_contact: { name: 'x' } })).toBeUndefined()
    expect(readLeniently(contact, { follow_user: 'a' })).toBeUndefined()
    expect(readLeniently(contact, [])).toBeUndefined()
    expect(readLeniently(contact, { external_contact: { external_userid: {} } })).toBeUndefined()
  })

  test('of an event stays in the raw tree and the event stays known', () => {
    const xml =
      '<xml><ToUserName>ww1</ToUserName><MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType><UserID>a</UserID><ExternalUserID>b</ExternalUserID><State><x>1</x></State></xml>'
    const event = readCallback(xml)
    expect(event).toMatchObject({ known: true, userId: 'a', raw: { State: { x: '1' } } })
    expect(Object.keys(event)).not.toContain('state')
  })
})

describe('whatever comes in', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.string().map((inner) => `<xml>${inner}</xml>`),
    fc
      .array(
        fc.tuple(
          fc.constantFrom('MsgType', 'Event', 'ChangeType', 'UserID', 'Item', 'CreateTime', 'MemChangeList', 'Department'),
          fc.oneof(
            fc.string({ unit: 'grapheme-ascii' }).map((text) => text.replace(/[<&]/g, '')),
            fc.constantFrom('event', 'change_contact', '<Item>1</Item>'),
          ),
        ),
      )
      .map((fields) => `<xml>${fields.map(([name, text]) => `<${name}>${text}</${name}>`).join('')}</xml>`),
  )

  test('is read or refused in words, and never an accident', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const read of [() => parseSample(text), () => readCallback(text), () => callbackKey(readCallback(text))])
          try {
            read()
          } catch (error) {
            expect(error).toBeInstanceOf(AppError)
          }
      }),
      { numRuns: 500 },
    )
  })

  test('an unknown field passes through every model untouched', () => {
    for (const name of endpointNames) {
      const read = readLeniently(endpointOf(name).response, { errcode: 0, brand_new: { list: [1, 'a', null] } })
      if (read) expect(read.value).toMatchObject({ brand_new: { list: [1, 'a', null] } })
    }
  })
})
