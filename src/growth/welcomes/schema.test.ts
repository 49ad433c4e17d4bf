import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesOf } from '#operation/contents/schema.ts'
import { fillIn, StoredWelcome, showWelcome, storeWelcome, Welcome } from './schema.ts'

describe('a greeting', () => {
  test('is filled in by name, and what a customer is called is never read as a variable', () => {
    expect(fillIn('{nickname}，我是{company}的{employee}', { nickname: '{employee}$&', employee: '李娜', company: '留量' })).toBe(
      '{employee}$&，我是留量的李娜',
    )
  })

  test('knows its bounds in bytes and its variables', () => {
    expect(Welcome.safeParse({ text: '长'.repeat(1333) }).success).toBe(true)
    expect(Welcome.safeParse({ text: '长'.repeat(1334) }).error?.issues[0]?.path).toEqual(['text'])
    expect(Welcome.safeParse({ text: '你好 {nicname}' }).error?.issues[0]?.message).toContain('nicname')
    expect(Welcome.safeParse({ text: ' ', attachments: [] }).error?.issues[0]?.path).toEqual(['text'])
    expect(Welcome.safeParse({ attachments: [{ kind: 'link', title: '长'.repeat(43), url: 'https://a.cn' }] }).success).toBe(false)
    expect(Welcome.safeParse({ attachments: [{ kind: 'link', title: 'x', url: 'javascript:alert(1)' }] }).success).toBe(false)
    expect(Welcome.safeParse({ text: 'x', attachments: Array.from({ length: 10 }, () => ({ kind: 'image', file: 'f' })) }).success).toBe(
      false,
    )
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => bytesOf(text) === Buffer.byteLength(text)))
  })

  test('comes back from the database as it was given', () => {
    const given = Welcome.parse({
      text: 'x',
      attachments: [
        { kind: 'image', file: '7' },
        { kind: 'link', title: 't', url: 'https://a.cn/b', picture: '8' },
        { kind: 'miniprogram', title: 'm', appId: 'wx1234567890', page: 'index.html', picture: '9' },
      ],
    })
    const stored = storeWelcome(given, Number)
    expect(StoredWelcome.parse(stored)).toEqual(stored)
    expect(showWelcome(stored, String)).toEqual(given)
  })
})
