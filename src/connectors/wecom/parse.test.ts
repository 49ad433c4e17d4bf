import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseFiles, parseSample, parseWecomFiles } from './parse.ts'

const contact = {
  errcode: 0,
  errmsg: 'ok',
  external_contact: { external_userid: 'wm1', name: '李四', type: 1, new_field: { deep: true } },
  follow_user: [{ userid: 'lisi', createtime: '1700000000', add_way: 777, tags: [{ tag_name: 'VIP', type: 2 }] }],
}

describe('a response', () => {
  test('becomes its model: times are numbers, new fields and new values stay', () => {
    const sample = parseSample(JSON.stringify(contact), { kind: 'api-response', endpoint: '/cgi-bin/externalcontact/get' })
    expect(sample).toMatchObject({ kind: 'api-response', type: 'externalcontact/get', known: true })
    expect(sample.value).toEqual({ ...contact, follow_user: [{ ...contact.follow_user[0], createtime: 1700000000 }] })
  })

  test('of another shape is not called known', () => {
    expect(
      parseSample('{"errcode":0,"follow_user":"lisi"}', { kind: 'api-response', endpoint: 'externalcontact/get_follow_user_list' }),
    ).toMatchObject({
      known: false,
      value: { follow_user: 'lisi' },
    })
  })

  test('loses the nulls, which mean absent', () => {
    const sample = parseSample('{"errcode":0,"follow_user":null}', {
      kind: 'api-response',
      endpoint: 'externalcontact/get_follow_user_list',
    })
    expect(sample).toMatchObject({ known: true, value: { errcode: 0 } })
  })

  test('of message/send has lists where WeCom joins ids', () => {
    const sample = parseSample('{"errcode":0,"invaliduser":"a|b","invalidparty":""}', { kind: 'api-response', endpoint: 'message/send' })
    expect(sample.value).toMatchObject({ invaliduser: ['a', 'b'], invalidparty: [] })
  })
})

describe('an error', () => {
  test('says what to do and keeps its empty lists', () => {
    const text = '{"errcode":84061,"errmsg":"not external contact","external_userid":[]}'
    expect(parseSample(text, { file: 'externalcontact.list__84061_none.json' })).toEqual({
      kind: 'api-error',
      type: 'externalcontact/list',
      known: true,
      value: { errcode: 84061, errmsg: 'not external contact', external_userid: [], meaning: 'no customer relation', reaction: 'empty' },
    })
  })
})

describe('an archive message', () => {
  const head = { msgid: 'm1_external', action: 'send', from: 'a', tolist: ['b'], roomid: '', msgtime: 1603877680795 }

  test('opens the parts that hide in text', () => {
    const mixed = { ...head, msgtype: 'mixed', mixed: { item: [{ type: 'text', content: '{"content":"hi"}' }] } }
    expect(parseSample(JSON.stringify(mixed))).toMatchObject({
      kind: 'msgaudit-plaintext',
      type: 'msgaudit.message.mixed',
      known: true,
      value: { msgtime: 1603877680795, mixed: { item: [{ content: { content: 'hi' } }] } },
    })
  })

  test('of a new type is kept and not called known', () => {
    expect(parseSample(JSON.stringify({ ...head, msgtype: 'hologram', hologram: {} }))).toMatchObject({
      type: 'msgaudit.message.hologram',
      known: false,
      value: { hologram: {} },
    })
  })

  test('of a switch has no sender', () => {
    expect(parseSample('{"msgid":"1","action":"switch","time":1554119421840,"user":"a"}')).toMatchObject({
      type: 'msgaudit.message.switch',
      known: true,
    })
  })
})

describe('kind and endpoint', () => {
  test.each([
    ['kf.account.list__request.json', '{"offset":0,"limit":10}', 'api-request', 'kf/account/list'],
    ['externalcontact.groupchat.get__ok.json', '{"group_chat":{"chat_id":"wr1"}}', 'api-response', 'externalcontact/groupchat/get'],
    ['saved.json', '{"errcode":0,"group_chat":{"chat_id":"wr1"}}', 'api-response', 'externalcontact/groupchat/get'],
    ['saved.json', '{"welcome_code":"C","text":{"content":"hi"}}', 'api-request', 'externalcontact/send_welcome_msg'],
    ['saved.json', '{"errcode":45033,"errmsg":"api concurrent out of limit"}', 'api-error', 'unknown'],
  ])('of %s with %s are guessed', (file, text, kind, type) => {
    expect(parseSample(text, { file })).toMatchObject({ kind, type, known: true })
  })

  test('of an unknown endpoint are told all the same', () => {
    expect(parseSample('{"errcode":0,"errmsg":"ok"}', { file: 'wedrive.space_info__ok.json' })).toMatchObject({
      kind: 'api-response',
      type: 'wedrive/space_info',
      known: false,
    })
  })
})

describe('files', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'liuliang-wecom-parse-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function lines(paths: string[], index?: string) {
    const found = []
    for await (const line of parseWecomFiles(paths, index)) found.push(line)
    return found
  }

  test('take kind and endpoint from the index beside them', async () => {
    await writeFile(join(folder, 'a.json'), '{"errcode":0,"follow_user":["lisi"]}')
    await writeFile(
      join(folder, 'index.json'),
      JSON.stringify([{ file: 'a.json', kind: 'api-response', endpoint: '/cgi-bin/externalcontact/get_follow_user_list' }]),
    )
    expect(await lines([join(folder, 'a.json'), join(folder, 'index.json')])).toEqual([
      {
        file: 'a.json',
        kind: 'api-response',
        type: 'externalcontact/get_follow_user_list',
        known: true,
        value: { errcode: 0, follow_user: ['lisi'] },
      },
    ])
  })

  test('that cannot be read as XML or JSON get a line of their own', async () => {
    await writeFile(join(folder, 'a.json'), 'not json')
    await writeFile(join(folder, 'b.xml'), '<xml><a></xml>')
    const found = await lines([join(folder, 'a.json'), join(folder, 'b.xml')])
    expect(found.map((line) => [line.file, line.kind, line.known])).toEqual([
      ['a.json', 'unreadable', false],
      ['b.xml', 'unreadable', false],
    ])
  })

  test('that are missing, and a missing index, are errors', async () => {
    await expect(lines([join(folder, 'none.json')])).rejects.toMatchObject({ code: 'wecom_sample.file_missing' })
    await expect(lines([], join(folder, 'index.json'))).resolves.toEqual([])
    await writeFile(join(folder, 'a.json'), '{}')
    await expect(lines([join(folder, 'a.json')], join(folder, 'index.json'))).rejects.toMatchObject({ code: 'wecom_sample.index_missing' })
  })

  test('may also be texts at hand', () => {
    const [line] = [
      ...parseFiles(
        [{ file: 'x.json', text: '{"errcode":0,"jobid":"j"}' }],
        [{ file: 'x.json', kind: 'api-response', endpoint: 'externalcontact/add_moment_task' }],
      ),
    ]
    expect(line).toMatchObject({ file: 'x.json', type: 'externalcontact/add_moment_task', known: true, value: { jobid: 'j' } })
  })
})
