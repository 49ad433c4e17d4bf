import type { z } from 'zod'
import { readCorp } from '#management/wecom/corps.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { readFileBytes } from '#platform/files.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { fileHeaders } from '#platform/http/upload.ts'
import { internalId } from '#platform/ids.ts'
import { saveKey } from './keys.ts'
import { openMedia } from './media.ts'
import { lastSaid, listMessages, listTalks, readTalk, visibleTalk } from './queries.ts'
import {
  CorpArchive,
  CorpArchiveList,
  KeyItem,
  MessageList,
  MessageQuery,
  NewKey,
  NewWatchedWord,
  RecordedMembers,
  SearchHits,
  SearchQuery,
  SourceChange,
  TalkDetail,
  TalkList,
  TalkNews,
  TalkNewsQuery,
  TalkQuery,
  WatchedWord,
  WatchedWordList,
} from './schema.ts'
import { searchMessages } from './search.ts'
import { listCorpArchives, recordedMembers } from './settings.ts'
import { changeSource } from './sources.ts'
import { dropWord, listWords, watchWord } from './watched-words.ts'

const Made = WatchedWord.pick({ id: true })
const NewKeyAnswer = KeyItem.pick({ version: true, publicKey: true })

/**
 * What was said. Scope `follow`: a talk is seen with the data scope of a colleague who takes part in it. Whoever reads or searches is
 * in the audit log; without an entry there nothing is shown.
 */
export const archive = router()
  .get('/talks', allow('archive.read', 'follow'), describe('List talks, the latest first', TalkList), query(TalkQuery), async (c) => {
    const { ctx } = c.var
    const { cursor, limit, ...asked } = c.req.valid('query')
    const list = await listTalks(ctx, { ...asked, cursor, limit })
    // A list shows what was said last.
    await audit(ctx, 'archive.listed', undefined, { ...asked, found: list.items.length })
    return c.json(list)
  })
  .get(
    '/talks/news',
    allow('archive.read', 'follow'),
    describe('When somebody last said something in these talks', TalkNews),
    query(TalkNewsQuery),
    async (c) => c.json({ lastAt: await lastSaid(c.var.ctx, c.req.valid('query')) }),
  )
  .get('/talks/:id', allow('archive.read', 'follow'), describe('A talk: who, how much, and who agreed', TalkDetail), async (c) =>
    c.json(await readTalk(c.var.ctx, talkOf(c.var.ctx, c.req.param('id')))),
  )
  .get(
    '/talks/:id/messages',
    allow('archive.read', 'follow'),
    describe('Messages of a talk in the order in which they were said', MessageList),
    query(MessageQuery),
    async (c) => {
      const { ctx } = c.var
      const talk = talkOf(ctx, c.req.param('id'))
      await visibleTalk(ctx, talk)
      const list = await listMessages(ctx, talk, c.req.valid('query'))
      const [first, last] = [list.items.at(0), list.items.at(-1)]
      await audit(ctx, 'archive.read', ['art', talk], { messages: list.items.length, from: first?.at ?? null, to: last?.at ?? null })
      return c.json(list)
    },
  )
  .get(
    '/messages',
    allow('archive.read', 'follow'),
    describe('Search messages by words, people, room, type and time', SearchHits),
    query(SearchQuery),
    async (c) => {
      const { ctx } = c.var
      const asked = c.req.valid('query')
      const found = await searchMessages(ctx, asked)
      const { cursor: _, limit: __, ...words } = asked
      await audit(ctx, 'archive.searched', undefined, { ...words, found: found.items.length })
      return c.json(found)
    },
  )
  .get('/messages/:id/media/:place', allow('archive.read', 'follow'), describe('A file of a message'), async (c) => {
    const { ctx } = c.var
    const message = internalId(ctx, 'arm', c.req.param('id'))
    const place = c.req.param('place')
    if (!/^\d{1,4}$/.test(place)) throw notFound('archive_message')
    const file = await openMedia(ctx, message, Number(place))
    await audit(ctx, 'archive.file_opened', ['arm', message], { name: file.name })
    return c.body(new Uint8Array(await readFileBytes(ctx, file.id)), 200, fileHeaders(file.name, file.contentType, file.bytes))
  })
  .get(
    '/corps',
    allow('wecom.read', 'tenant'),
    describe('The archives of all corps: source, keys, progress, gaps', CorpArchiveList),
    async (c) => c.json({ items: await listCorpArchives(c.var.ctx), next: null }),
  )
  .get('/corps/:id', allow('wecom.read', 'tenant'), describe('The archive of a corp', CorpArchive), async (c) =>
    c.json(await corpArchive(c.var.ctx, await corpOf(c.var.ctx, c.req.param('id')))),
  )
  .put(
    '/corps/:id/source',
    allow('wecom.write', 'tenant'),
    describe('Say where a corp’s messages come from', CorpArchive),
    body(SourceChange),
    async (c) => {
      const { ctx } = c.var
      const corp = await corpOf(ctx, c.req.param('id'))
      await changeSource(ctx, corp, c.req.valid('json'))
      return c.json(await corpArchive(ctx, corp))
    },
  )
  .post(
    '/corps/:id/keys',
    allow('wecom.write', 'tenant'),
    describe('Make or bring along the key pair of a version; answers its public half', NewKeyAnswer, 201),
    body(NewKey),
    async (c) => {
      const { ctx } = c.var
      return c.json(await saveKey(ctx, await corpOf(ctx, c.req.param('id')), c.req.valid('json')), 201)
    },
  )
  .get(
    '/words',
    allow('archive.read', 'tenant'),
    describe('Words that are told as events when they are said', WatchedWordList),
    async (c) => c.json({ items: await listWords(c.var.ctx), next: null }),
  )
  .post(
    '/words',
    allow('archive.read', 'tenant'),
    describe('Watch a word; what is kept is looked through for it', Made, 201),
    body(NewWatchedWord),
    async (c) => c.json(await watchWord(c.var.ctx, c.req.valid('json').word), 201),
  )
  .delete('/words/:id', allow('archive.read', 'tenant'), describe('Watch a word no longer'), async (c) => {
    await dropWord(c.var.ctx, internalId(c.var.ctx, 'wwd', c.req.param('id')))
    return c.body(null, 204)
  })
  .get('/corps/:id/members', allow('wecom.read', 'tenant'), describe('Whom WeCom keeps, asked now', RecordedMembers), async (c) =>
    c.json(await recordedMembers(c.var.ctx, await corpOf(c.var.ctx, c.req.param('id')))),
  )

const talkOf = (ctx: Context, id: string): number => internalId(ctx, 'art', id)

async function corpOf(ctx: Context, id: string): Promise<number> {
  const corp = internalId(ctx, 'cor', id)
  await readCorp(ctx, corp)
  return corp
}

async function corpArchive(ctx: Context, corp: number): Promise<z.infer<typeof CorpArchive>> {
  const [found] = await listCorpArchives(ctx, corp)
  if (!found) throw notFound('corp')
  return found
}
