import { endpointNames, endpointOf, findEndpoint } from './endpoints/catalogue.ts'
import type { SampleHint } from './parse.ts'

/** Kind and endpoint from a name such as `externalcontact.groupchat.get__ok.json`. */
export function guessHint(file: string | undefined): SampleHint {
  if (file === undefined) return {}
  const [subject = '', ...cases] = file.replace(/\.(json|xml)$/i, '').split('__')
  if (subject.startsWith('crypto.')) return { kind: 'crypto-vector' }
  if (subject === 'msgaudit.message') return { kind: 'msgaudit-plaintext' }
  if (subject === 'msgaudit.getchatdata') return { kind: 'msgaudit-envelope' }
  return { kind: kindOfCase(cases[0]), endpoint: endpointOfSubject(subject, cases.length > 0) }
}

/** Kind and endpoint from the content alone, for a file somebody saved under any name. */
export function guessShape(value: unknown): SampleHint {
  if (typeof value !== 'object' || value === null) return {}
  const fields = value as Record<string, unknown>
  if ('encodingAESKeys' in fields || ('op' in fields && 'token' in fields)) return { kind: 'crypto-vector' }
  if ('chatdata' in fields) return { kind: 'msgaudit-envelope' }
  if ('msgid' in fields && ('msgtime' in fields || fields.action === 'switch')) return { kind: 'msgaudit-plaintext' }
  if (typeof fields.errcode === 'number' && fields.errcode !== 0) return { kind: 'api-error', endpoint: closest('response', fields) }
  const kind = 'errcode' in fields ? 'api-response' : 'api-request'
  return { kind, endpoint: closest(kind === 'api-response' ? 'response' : 'request', fields) }
}

function kindOfCase(word: string | undefined): string | undefined {
  if (word === undefined) return undefined
  if (word.startsWith('request')) return 'api-request'
  if (/^-?\d+(_|$)/.test(word)) return 'api-error'
  return word.startsWith('ok') ? 'api-response' : undefined
}

/** Dots stand for slashes; a name that is no endpoint is still worth telling when the rest has the documented form. */
function endpointOfSubject(subject: string, hasCase: boolean): string | undefined {
  const path = subject.replaceAll('.', '/')
  return findEndpoint(path)?.name ?? (hasCase ? path : undefined)
}

/** The endpoint whose model names the most of these fields, if it names at least one. */
function closest(side: 'request' | 'response', fields: Record<string, unknown>): string | undefined {
  const names = Object.keys(fields).filter((name) => name !== 'errcode' && name !== 'errmsg')
  let best: { name: string; score: number } | undefined
  for (const name of endpointNames) {
    const model = endpointOf(name)[side]
    const shape = 'shape' in model ? Object.keys(model.shape as object) : []
    const hits = names.filter((field) => shape.includes(field)).length
    const score = hits * 100 - shape.length
    if (hits > 0 && (best === undefined || score > best.score) && model.safeParse(fields).success) best = { name, score }
  }
  return best?.name
}
