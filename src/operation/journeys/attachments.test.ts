import { beforeAll, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import { storeFile } from '#platform/files.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { readContent } from '../contents/queries.ts'
import { checkJourney } from './checking.ts'
import { createJourney, publishJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { dryRun } from './foresight.ts'
import { journeysThatGreet } from './greeting.ts'
import { journeySchedules } from './jobs.ts'
import { rules } from './testing-rules.ts'
import { readVersions } from './versions.ts'

// What steps say through WeCom beside their words.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const added = { entry: { by: 'event', event: 'customer.followed' }, start: 'a' }
const drawing = (...steps: object[]) => Definition.parse({ ...added, steps: steps.map((step, i) => ({ id: 'abcd'[i], ...step })) })

const bytes = { png: Buffer.from('89504e470d0a1a0a0000', 'hex'), pdf: Buffer.from('%PDF-1.7 x'), mp4: Buffer.from('0000ftypisom') }
async function fileOf(ctx: Context, type: keyof typeof bytes): Promise<{ id: number; file: string }> {
  const { id } = await storeFile(ctx, { name: `x.${type}`, bytes: bytes[type] })
  return { id, file: publicId(ctx, 'fil', id) }
}

const link = { kind: 'link', title: '春茶', url: 'https://tea.example/spring' }

test('a step has words, attachments or both, and drawings from before attachments stay valid', () => {
  expect(drawing({ type: 'message', text: '您好' }).steps[0]).toMatchObject({ text: '您好', attachments: [] })
  expect(drawing({ type: 'message', attachments: [link] }).steps[0]).toMatchObject({ text: '', attachments: [link] })
  for (const type of ['welcome', 'message', 'group_message', 'moment'])
    expect(Definition.safeParse({ ...added, steps: [{ id: 'a', type, text: ' ' }] }).error?.issues[0]?.path).toEqual(['steps', 0, 'text'])
  const broken = { ...added, steps: [{ id: 'a', type: 'moment', attachments: [link, { ...link, url: 'javascript:alert(1)' }] }] }
  expect(Definition.safeParse(broken).error?.issues[0]?.path).toEqual(['steps', 0, 'attachments', 1, 'url'])
})

test('what WeCom would not take is said by step and attachment', async () => {
  const ctx = await workspace.newTenant()
  const [{ file: picture }, { file: paper }, { file: film }] = [
    await fileOf(ctx, 'png'),
    await fileOf(ctx, 'pdf'),
    await fileOf(ctx, 'mp4'),
  ]
  const wrong = async (step: object) =>
    (await checkJourney(ctx, rules, drawing({ type: 'end' }, step)))
      .filter(({ severity, code }) => severity === 'error' && code !== 'journey.welcome_late')
      .map(({ step, field, code }) => `${step} ${field} ${code}`)
  const image = { kind: 'image', file: picture }
  expect(await wrong({ type: 'message', text: '您好', attachments: [image, link, { kind: 'video', file: film }] })).toEqual([])
  expect(
    await wrong({ type: 'message', attachments: [image, { kind: 'image', file: 'fil_none' }, { kind: 'image', file: paper }] }),
  ).toEqual(['b attachments.1.file file.not_found', 'b attachments.2.file welcome.not_a_picture'])
  expect(await wrong({ type: 'welcome', attachments: [{ ...link, picture: paper }] })).toEqual([
    'b attachments.0.picture welcome.not_a_picture',
  ])
  expect(await wrong({ type: 'group_message', attachments: [{ kind: 'video', file: picture }] })).toEqual([
    'b attachments.0.file content.not_a_video',
  ])
  for (const type of ['welcome', 'message', 'group_message', 'moment']) {
    expect(await wrong({ type, attachments: Array(9).fill(image) })).toEqual([])
    expect(await wrong({ type, attachments: Array(10).fill(image) })).toEqual(['b attachments journey.attachments'])
    if (type !== 'moment') expect(await wrong({ type, text: '长'.repeat(1334) })).toEqual(['b text journey.message_too_long'])
  }
  expect(await wrong({ type: 'message', text: '{nickname}，您好' })).toEqual(['b text journey.message_variable'])
  expect(await wrong({ type: 'moment', attachments: [{ kind: 'file', file: paper }] })).toEqual([
    'b attachments.0.kind journey.moment_kind',
  ])
  expect(await wrong({ type: 'moment', attachments: [image, link] })).toEqual(['b attachments journey.moment_mixed'])
  expect(await wrong({ type: 'moment', attachments: [link, link] })).toEqual(['b attachments.1 journey.moment_one'])
  expect(await wrong({ type: 'moment', attachments: [{ ...link, title: '长'.repeat(22) }] })).toEqual([
    'b attachments.0.title journey.moment_title',
  ])
  const id = await createJourney(ctx, { name: '坏', note: '', draft: drawing({ type: 'message', attachments: [{ ...image, file: 'x' }] }) })
  await expect(publishJourney(ctx, rules, id)).rejects.toMatchObject({ code: 'file.not_found', field: 'steps.0.attachments.0.file' })
})

test('a published version keeps what its steps say with the files by number; of a greeting the attachments, because each hears other words', async () => {
  const ctx = await workspace.newTenant()
  const { id: number, file } = await fileOf(ctx, 'png')
  const image = { kind: 'image', file }
  const draft = drawing(
    { type: 'welcome', text: '{{name|您}}好', attachments: [image], next: 'b' },
    { type: 'message', attachments: [image, link], next: 'c' },
    { type: 'group_message', text: '今晚开讲', next: 'd' },
    { type: 'moment', text: '春茶上新', attachments: [image] },
  )
  const journeyId = await createJourney(ctx, { name: '春茶', note: '', draft })
  expect(await journeysThatGreet(ctx)).toEqual([])
  const version = await publishJourney(ctx, rules, journeyId)
  const [published] = (await readVersions(ctx, [{ journeyId, version }])).values()
  const said = await Promise.all(
    Object.entries(published?.contents ?? {}).map(async ([step, content]) => [step, await readContent(ctx, content)]),
  )
  const stored = { kind: 'image', file: number }
  expect(Object.fromEntries(said)).toEqual({
    a: { text: '', attachments: [stored] },
    b: { text: '', attachments: [stored, link] },
    c: { text: '今晚开讲', attachments: [] },
    d: { text: '春茶上新', attachments: [stored] },
  })
  expect(await journeysThatGreet(ctx)).toEqual([{ id: journeyId, name: '春茶' }])

  const [person = 0] = await identifyMany(ctx, [{ identities: [{ kind: 'member_no', value: 'M' }], facts: { name: '小满' } }], 'test')
  const { effects } = await dryRun(ctx, rules, person, { definition: draft, happens: {}, entry: {} })
  expect(effects.map(({ step, text, attachments }) => [step, text, attachments])).toEqual([
    ['a', '小满好', [image]],
    ['b', null, [image, link]],
    ['c', '今晚开讲', []],
    ['d', '春茶上新', [image]],
  ])
})

test('files of greetings are brought to every corp ahead, and kept there', async () => {
  const ctx = await workspace.newTenant()
  const none = Buffer.from('')
  const corp = { tenantId: ctx.tenantId, secret: none, callbackToken: none, callbackKey: none, agentId: 1000002 }
  for (const name of ['甲', '乙'])
    await ctx.db
      .insertInto('wecomCorps')
      .values({ ...corp, name, corpId: `ww${name}${ctx.tenantId}` })
      .execute()
  const publish = async (name: string, steps: object[]) =>
    publishJourney(ctx, rules, await createJourney(ctx, { name, note: '', draft: drawing(...steps) }))
  const { file } = await fileOf(ctx, 'png')
  await publish('无图', [{ type: 'welcome', text: '您好' }])
  await publish('群发有图', [{ type: 'message', attachments: [{ kind: 'image', file }] }])
  const jobs = () =>
    ctx.db.selectFrom('jobs').select('payload').where('tenantId', '=', ctx.tenantId).where('name', '=', 'journeys.prepare').execute()
  expect(await jobs()).toEqual([])
  await publish('有图', [{ type: 'welcome', attachments: [{ kind: 'image', file }] }])
  expect((await jobs()).length).toBe(2)
  await ctx.db.deleteFrom('jobs').where('tenantId', '=', ctx.tenantId).execute()
  for (const again of [1, 2]) {
    for (const schedule of journeySchedules) await schedule.run(workspace)
    expect([again, (await jobs()).length]).toEqual([again, 2])
  }
})
