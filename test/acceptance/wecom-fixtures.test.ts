import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseSample, parseWecomFiles, type SampleLine } from '#connectors/wecom/parse.ts'

const folder = fileURLToPath(new URL('../../../shared/reference/wecom-fixtures/', import.meta.url))
const isThere = existsSync(folder)
if (!isThere) process.stderr.write(`Skipped: no WeCom samples at ${folder}\n`)

const names = isThere ? readdirSync(folder).filter((name) => /\.(json|xml)$/.test(name) && name !== 'index.json') : []

async function read(): Promise<Map<string, SampleLine>> {
  const lines = new Map<string, SampleLine>()
  for await (const line of parseWecomFiles(names.map((name) => `${folder}${name}`))) lines.set(line.file, line)
  return lines
}

describe.skipIf(!isThere)('the samples of WeCom', () => {
  test('are read, every one, by a typed model of their kind', async () => {
    const lines = await read()
    const index: { file: string; kind: string; endpoint?: string }[] = JSON.parse(await readFile(`${folder}index.json`, 'utf8'))
    expect([...lines.values()].filter((line) => !line.known)).toEqual([])
    expect([...lines.keys()].sort()).toEqual(index.map((row) => row.file).sort())
    for (const row of index) {
      expect(lines.get(row.file)?.kind).toBe(row.kind)
      if (row.endpoint) expect(`/cgi-bin/${lines.get(row.file)?.type}`).toBe(row.endpoint)
    }
  })

  test('are read the same when only their names tell what they are', async () => {
    const lines = await read()
    for (const name of names) {
      const guessed = parseSample(await readFile(`${folder}${name}`, 'utf8'), { file: name })
      const { file: _file, ...told } = lines.get(name) ?? { file: '' }
      expect({ name, ...guessed, type: undefined }).toEqual({ name, ...told, type: undefined })
    }
  })

  test('lose nothing: every field of a body is in the value', async () => {
    const lines = await read()
    for (const line of lines.values()) {
      if (!line.kind.startsWith('api-') && line.kind !== 'msgaudit-plaintext') continue
      const source = JSON.parse(await readFile(`${folder}${line.file}`, 'utf8'))
      expect({ file: line.file, missing: missingFields(source, line.value) }).toEqual({ file: line.file, missing: [] })
    }
  })

  test('of callbacks have the type their elements say', async () => {
    const lines = await read()
    for (const file of names.filter((name) => name.endsWith('.xml'))) {
      const xml = await readFile(`${folder}${file}`, 'utf8')
      const element = (name: string) => new RegExp(`<${name}>\\s*(?:<!\\[CDATA\\[)?(\\w+)`).exec(xml)?.[1]
      const isMessage = element('MsgType') !== undefined && element('MsgType') !== 'event'
      const event = [element('Event') ?? element('InfoType'), element('ChangeType')].filter((part) => part !== undefined).join('.')
      expect(lines.get(file)?.type).toBe(isMessage ? `message.${element('MsgType')}` : event)
    }
  })

  test.each<[string, string, object]>([
    [
      'change_contact__update_user_partial_real.xml',
      'change_contact.update_user',
      { corpId: 'wwc0235021f5ca1a69', at: 1568700294, userId: 'LiPan', department: [6, 1], isLeaderInDept: [0, 0] },
    ],
    [
      'change_contact__update_user_single_dept_real.xml',
      'change_contact.update_user',
      { corpId: 'myvwk5b2g7zw8lbxkj', userId: 'Test', department: [4] },
    ],
    [
      'change_external_chat__update_del_member.xml',
      'change_external_chat.update',
      { quitScene: 0, memChangeCnt: 1, memChangeList: ['wmOgQhDgAAuXFJGwbve4g4iXknfOAAAA'] },
    ],
    [
      'change_external_chat__update_add_member__suite.xml',
      'change_external_chat.update',
      { suiteId: 'ww4asffe99e54c0f4c', memChangeList: ['Jack', 'Rose'] },
    ],
    ['customer_acquisition__message_from_customer.xml', 'customer_acquisition.message_from_customer', { chatSeq: 3, chatKey: 'CHATKEY' }],
    [
      'template_card_event__opiton_typo.xml',
      'template_card_event',
      { selectedItems: [{ optionIds: ['OpitonId1', 'OpitonId2'] }, { optionIds: ['OpitonId3', 'OpitonId4'] }] },
    ],
    ['message__text.xml', 'message.text', { content: 'this is a test', msgId: '1234567890123456', agentId: 1 }],
    ['media.upload__ok.json', 'media/upload', { created_at: 1380000000 }],
    ['message.send__ok.json', 'message/send', { invaliduser: ['userid1', 'userid2'], unlicenseduser: ['userid3', 'userid4'] }],
    [
      'externalcontact.get__ok.json',
      'externalcontact/get',
      {
        follow_user: [
          { createtime: 1525779812, add_way: 10 },
          { add_way: 3, state: '外联二维码1' },
        ],
      },
    ],
    ['externalcontact.list__84061_none.json', 'externalcontact/list', { errcode: 84061, external_userid: [], reaction: 'empty' }],
    ['gettoken__40001_invalid_credential.json', 'gettoken', { errcode: 40001, reaction: 'refresh_token' }],
    [
      'msgaudit.message__mixed.json',
      'msgaudit.message.mixed',
      { msgtime: 1577414359072, mixed: { item: [{ content: { content: '你好[微笑]\n' } }, {}] } },
    ],
    ['msgaudit.message__voiptext.json', 'msgaudit.message.voiptext', { info: { callduration: 9, invitetype: 2 } }],
    ['msgaudit.getchatdata__encrypted.json', 'msgaudit/getchatdata', { chatdata: [{ seq: 196, publickey_ver: 3 }] }],
    [
      'crypto.decrypt_msg__official_sample.json',
      'crypto.decrypt_msg',
      { accepted: true, receiveId: 'wx5823bf96d3bd56c7', signature: '477715d11cdb4164915debcba66cb864d751f3e6' },
    ],
    ['crypto.verify_url__workwx.json', 'crypto.verify_url', { accepted: true, message: '94966531020182955848408' }],
    ['crypto.signature__skit.json', 'crypto.signature', { accepted: true }],
  ])('%s is %s', async (name, type, value) => {
    expect((await read()).get(name)).toMatchObject({ type, known: true, value })
  })

  test('with bad keys are refused, each of them', async () => {
    const line = (await read()).get('crypto.bad_keys__workwx.json')
    const { keys } = (line?.value ?? { keys: [] }) as { keys: { accepted: boolean }[] }
    expect(keys).toHaveLength(5)
    expect(keys.every((key) => !key.accepted)).toBe(true)
  })
})

/** Paths of the source that the value lacks; a value may be typed anew but not dropped. */
function missingFields(source: unknown, value: unknown, path = ''): string[] {
  if (typeof source !== 'object' || source === null) return value === undefined ? [path] : []
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(source).flatMap(([name, child]) =>
    missingFields(child, (value as Record<string, unknown>)[name], `${path}/${name}`),
  )
}
