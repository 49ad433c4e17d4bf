import { expect, test } from 'vitest'
import { startLanguage } from '#console/i18n/i18n.ts'
import { taskErrorText } from '#console/outbound/task-error.ts'

test('what WeCom refused is told in words with its number, and the unknown as it came', () => {
  globalThis.document ??= { documentElement: {} } as Document
  startLanguage('zh')
  const error = 'externalcontact/add_msg_template: bad parameter (40058). invalid'
  expect(taskErrorText({ error, errorCode: 'wecom.bad_request', errcode: 40058 })).toBe('企业微信不接受这样的内容（错误码 40058）')
  expect(taskErrorText({ error, errorCode: 'wecom.unreachable', errcode: null })).toBe('没有连上企业微信')
  expect(taskErrorText({ error, errorCode: 'wecom.moon', errcode: 1 })).toBe(error)
  expect(taskErrorText({ error: null, errorCode: null, errcode: null })).toBe('')
})
