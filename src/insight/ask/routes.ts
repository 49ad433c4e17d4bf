import type { EventDefinition } from '#platform/events/catalogue.ts'
import { allow, body, describe, router } from '#platform/http/router.ts'
import { askQuestion } from './ask.ts'
import { AskBody, Asked } from './schema.ts'

/** Asking makes a document and runs nothing; its numbers are bound by the data scope of whoever runs it. */
export const ask = (definitions: readonly EventDefinition[]) =>
  router().post(
    '/',
    allow('reports.read', 'tenant'),
    describe('A report document out of a question in Chinese or English', Asked),
    body(AskBody),
    async (c) => c.json(await askQuestion(c.var.ctx, c.req.valid('json').question, definitions)),
  )
