import { expect, test } from 'vitest'
import { errorCode, type Reaction } from './error-codes.ts'
import { WecomError } from './errors.ts'

/** Every code the protocol names for what a self-built app calls, and what to do about it (global codes: doc 90313). */
const reactions: Record<Reaction, number[]> = {
  retry: [-1, 6000, 10001, 10002, 10003, 41063, 41079],
  refresh_token: [40001, 40014, 41001, 42001],
  back_off: [45009],
  slow_down: [45033],
  configure: [
    40013, 40056, 40093, 42012, 48001, 48002, 50001, 50002, 60011, 60020, 84074, 84083, 95014, 301002, 301042, 301052, 301053, 610016,
  ],
  fix_request: [
    10000, 40004, 40005, 40006, 40009, 40011, 40033, 40035, 40058, 40063, 40072, 40123, 41005, 41059, 41064, 41065, 41066, 41067, 41068,
    41070, 41073, 41074, 41075, 41080, 41081, 41082, 41085, 41086, 41087, 41088, 41089, 41090, 41091, 45002, 60123, 81017, 82001, 95008,
    301058, 301060, 600018,
  ],
  skip_item: [
    40003, 40096, 40097, 40098, 40099, 40100, 40128, 41054, 41060, 41061, 41071, 60111, 81013, 90500, 90501, 90502, 90504, 90505, 90506,
    90507, 90508, 95004, 301059, 301061, 610014, 610015,
  ],
  empty: [41048, 41062, 60136, 84061, 84084],
  upload_again: [40007, 41072],
  restart_login: [40029, 84014, 84015],
  restart_paging: [50100, 95007, 99434, 99445],
  retry_welcome: [41096],
  stop: [41049, 41050, 41051, 41053, 41093, 95001, 95002, 95013, 95016, 95018],
  sync_tags: [40068, 40071, 81011],
  tell: [41055, 41058, 41069, 41078, 41094, 41095, 43004, 90503, 701008],
}

test.each(Object.entries(reactions))('codes that ask for %s', (reaction, codes) => {
  for (const code of codes) expect(errorCode(code)).toMatchObject({ code, reaction })
})

test('whoever must set something up is told what', () => {
  for (const code of reactions.configure) expect(errorCode(code).fix, String(code)).toBeTruthy()
})

test('an unknown code is told as it is', () => {
  expect(errorCode(987_654)).toEqual({ code: 987_654, meaning: 'unknown code', reaction: 'tell' })
  const error = new WecomError({ endpoint: 'message/send', errcode: 987_654, errmsg: 'new thing, hint: [1], from ip: 1.2.3.4' })
  expect(error).toMatchObject({ code: 'wecom.refused', message: 'message/send: unknown code (987654). new thing' })
})
