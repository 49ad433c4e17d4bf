import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readArchiveMessage } from '#connectors/wecom/archive/messages.ts'
import { answerOf, saidOf } from './reading.ts'
import { kindOf, mediaOf, storable, talkOf } from './talks.ts'
import { folded, gramsAsked, gramsOf, maskPhones, snippetOf, textOf, wordsAsked } from './words.ts'

const letters = fc.string({ unit: fc.constantFrom(...'退款到账了吗Ａbc 1１ß İ🀄') })

describe('words of messages', () => {
  test('what stands in a text has all its grams there', () => {
    fc.assert(
      fc.property(letters, letters, letters, (before, word, after) => {
        const grams = new Set(gramsOf(before + word + after))
        const words = wordsAsked(word)
        const isThere = words.every((one) => folded(before + word + after).includes(one))
        expect(!isThere || gramsAsked(words).every((gram) => grams.has(gram))).toBe(true)
      }),
    )
  })

  test('a snippet is the text, with hits exactly where a word stands', () => {
    fc.assert(
      fc.property(letters, letters, (text, word) => {
        const plain = text.replace(/\s+/g, ' ').trim()
        const pieces = snippetOf(text, wordsAsked(word), 10_000)
        const words = wordsAsked(word)
        expect(pieces.some(({ hit }) => hit)).toBe(words.some((one) => [...folded(plain)].join('').includes(one)))
        const shown = pieces.map((piece) => piece.text).join('')
        expect(shown.startsWith('…') ? plain.endsWith(shown.slice(1)) : shown === plain).toBe(true)
      }),
      { examples: [['ＶＩＰ通道', 'vip']] },
    )
  })

  test('one letter of an alphabet narrows nothing down, one Chinese word does', () => {
    expect(gramsAsked(wordsAsked('a'))).toEqual([])
    expect(gramsAsked(wordsAsked('款'))).toEqual(['款'])
    expect(gramsAsked(wordsAsked('退款 VIP'))).toEqual(['退款', 'vi', 'ip'])
  })

  test('mixed messages and forwarded records are read whole; ids and addresses are not words', () => {
    const { value } = readArchiveMessage({
      msgid: 'm1',
      msgtype: 'mixed',
      from: 'lina',
      mixed: {
        item: [
          { type: 'text', content: '{"content":"报价单"}' },
          { type: 'file', content: '{"filename":"合同.pdf","sdkfileid":"SDK","md5sum":"abc","filesize":12}' },
        ],
      },
    })
    expect(textOf(value)).toBe('报价单\n合同.pdf')
    expect(mediaOf(value)).toEqual([{ sdkFileId: 'SDK', name: '合同.pdf', bytes: 12, md5: 'abc' }])
  })

  test('phone numbers are masked, order numbers are not', () => {
    expect(maskPhones('打13800138000或订单20231380013800099')).toBe('打138****8000或订单20231380013800099')
  })
})

describe('talks', () => {
  test('two people have one talk, whoever speaks; a room is a room', () => {
    const said = { sender: 'lina', receivers: ['wmABCDEFGHIJ'], room: '' }
    expect(talkOf(said)).toEqual(talkOf({ sender: 'wmABCDEFGHIJ', receivers: ['lina'], room: '' }))
    expect(talkOf(said).kind).toBe('pair')
    expect(talkOf({ ...said, room: 'wrX' })).toEqual({ kind: 'room', key: 'wrX' })
    expect(talkOf({ ...said, receivers: ['a', 'b'] }).kind).toBe('several')
    expect(talkOf({ ...said, receivers: Array.from({ length: 200 }, (_, i) => `member${i}`) }).key).toHaveLength(64)
  })

  test('customers, robots and members are told apart by their ids', () => {
    expect(['wmABCDEFGHIJ', 'woABCDEFGHIJ', 'wbABCDEFGHIJ', 'lina', 'wm'].map(kindOf)).toEqual([
      'customer',
      'customer',
      'robot',
      'employee',
      'employee',
    ])
  })

  test('any message whatever can be stored', () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: false }), fc.string({ unit: 'binary' }), (message, type) => {
        const said = saidOf({ msgid: 'm', seq: 1, type, message: { ...message, note: '\uD800\u0000' } }, new Date(0))
        expect(JSON.stringify(said.body)).not.toMatch(/\\u0000|\\ud800/i)
        expect(Number.isFinite(said.at.getTime())).toBe(true)
      }),
      { numRuns: 30 },
    )
    expect(storable('a\0b')).toBe('ab')
  })

  test('a yes or no that comes as a message names customer and colleague', () => {
    const said = saidOf(
      {
        msgid: 'm',
        seq: 1,
        type: 'disagree',
        message: {
          from: 'wmABCDEFGHIJ',
          tolist: ['lina'],
          msgtime: 1_700_000_000_000,
          disagree: { userid: 'wmABCDEFGHIJ', disagree_time: 1_700_000_000 },
        },
      },
      new Date(0),
    )
    expect(answerOf(said)).toEqual([{ externalUserId: 'wmABCDEFGHIJ', userId: 'lina', status: 'refused', at: new Date(1_700_000_000_000) }])
  })
})
