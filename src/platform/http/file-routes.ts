import { z } from 'zod'
import { notFound } from '../errors.ts'
import { fileFacts, mostFileBytes, readFileBytes, storeFile } from '../files.ts'
import { internalId, publicId } from '../ids.ts'
import { allow, describe, router } from './router.ts'
import { fileHeaders, readUpload } from './upload.ts'

const StoredFile = z.object({ id: z.string(), url: z.string(), name: z.string(), contentType: z.string(), bytes: z.number() })

export const files = router()
  .post('/', allow('files.write', 'tenant'), describe('Store a picture, PDF, video or table', StoredFile, 201), async (c) => {
    const { file } = await readUpload(c, mostFileBytes + 10_000)
    const { id, name, contentType, bytes } = await storeFile(c.var.ctx, { name: file.name, bytes: Buffer.from(await file.arrayBuffer()) })
    const text = publicId(c.var.ctx, 'fil', id)
    return c.json({ id: text, url: `/api/v1/files/${text}`, name, contentType, bytes }, 201)
  })
  .get('/:id', allow('files.read', 'tenant'), describe('The file itself'), async (c) => {
    const id = internalId(c.var.ctx, 'fil', c.req.param('id'))
    const facts = await fileFacts(c.var.ctx, id)
    if (!facts) throw notFound('file')
    return c.body(new Uint8Array(await readFileBytes(c.var.ctx, id)), 200, fileHeaders(facts.name, facts.contentType, facts.bytes))
  })
