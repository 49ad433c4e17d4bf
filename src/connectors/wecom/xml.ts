import { XMLParser } from 'fast-xml-parser'
import { AppError } from '#platform/errors.ts'

/** Everything in WeCom's XML is text; types are given later, by the model of the event. */
export type XmlValue = string | XmlTree | XmlValue[]
export type XmlTree = { [name: string]: XmlValue }

/** Callbacks are a few kilobytes; the bound keeps a stranger from filling memory before the signature is known. */
const maxLength = 1 << 20
const maxDepth = 24

/** Elements WeCom repeats: one child must look like many, or a group with one new member loses it. */
const repeated = new Set(['Item', 'item', 'SelectedItem', 'OptionId', 'OpitonId', 'AuthAddOpenKfId', 'AuthDelOpenKfId'])

const cdata = '#cdata'
const text = '#text'

const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // Entities of a document type are never expanded; the five of XML itself are decoded below, outside CDATA only.
  processEntities: false,
  cdataPropName: cdata,
  textNodeName: text,
  trimValues: true,
  maxNestedTags: maxDepth,
  isArray: (name) => repeated.has(name),
})

export class XmlRefusal extends AppError {
  constructor(message: string) {
    super('wecom_callback.bad_xml', { status: 400, message })
  }
}

/** `<xml>…</xml>` as a tree of trimmed texts. Throws one readable refusal for anything else. */
export function parseXml(source: string): XmlTree {
  if (source.length > maxLength) throw new XmlRefusal('The XML is longer than 1 MB.')
  if (source.slice(0, source.indexOf('<xml')).includes('<!')) throw new XmlRefusal('Document types are not accepted.')
  const root = plain(parsed(source).xml)
  if (typeof root !== 'object' || Array.isArray(root)) throw new XmlRefusal('The root element must be <xml> with child elements.')
  return root
}

export type Envelope = { toUserName?: string; agentId?: string; encrypted: string }

/** The outer body of a callback; AgentID may be empty or absent, and the order of elements varies. */
export function parseEnvelope(source: string): Envelope {
  const tree = parseXml(source)
  const encrypted = textAt(tree, 'Encrypt')
  if (!encrypted) throw new XmlRefusal('The envelope has no Encrypt element.')
  const toUserName = textAt(tree, 'ToUserName') ?? textAt(tree, 'SuiteId')
  const agentId = textAt(tree, 'AgentID')
  return { ...(toUserName && { toUserName }), ...(agentId && { agentId }), encrypted }
}

export function textAt(tree: XmlTree, name: string): string | undefined {
  const value = Object.hasOwn(tree, name) ? tree[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function parsed(source: string): Record<string, unknown> {
  try {
    return parser.parse(source.trim(), true)
  } catch (error) {
    throw new XmlRefusal(`The XML is not well formed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function plain(node: unknown): XmlValue {
  if (Array.isArray(node)) return node.map(plain)
  if (typeof node === 'string') return decodeEntities(node).trim()
  if (typeof node !== 'object' || node === null) return ''
  const entries = Object.entries(node)
  const children = entries.filter(([name]) => name !== cdata && name !== text)
  if (children.length > 0) return Object.fromEntries(children.map(([name, child]) => [name, plain(child)]))
  return entries
    .map(([name, value]) => (name === cdata ? [value].flat().join('') : decodeEntities(String(value))))
    .join('')
    .trim()
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decodeEntities(value: string): string {
  return value.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole
    const point = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
