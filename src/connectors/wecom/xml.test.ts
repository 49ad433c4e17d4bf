import { describe, expect, test } from 'vitest'
import { parseEnvelope, parseXml, XmlRefusal } from './xml.ts'

describe('XML of WeCom', () => {
  test('becomes trimmed text, in CDATA or not', () => {
    const tree = parseXml(
      '<xml>\n<A>\n<![CDATA[ 你好 ]]>\n</A><B><![CDATA[]]></B><C/><D> 007 </D><E><![CDATA[a]]]]><![CDATA[>b]]></E></xml>',
    )
    expect(tree).toEqual({ A: '你好', B: '', C: '', D: '007', E: 'a]]>b' })
  })

  test('has lists where WeCom repeats, even for a single member', () => {
    expect(parseXml('<xml><MemChangeList><Item>wm1</Item></MemChangeList></xml>')).toEqual({ MemChangeList: { Item: ['wm1'] } })
    expect(parseXml('<xml><AuthAddOpenKfId>wk1</AuthAddOpenKfId></xml>')).toEqual({ AuthAddOpenKfId: ['wk1'] })
  })

  test('decodes the entities of XML outside CDATA and no others', () => {
    expect(parseXml('<xml><A>a&amp;b &#x4e2d; &evil;</A><B><![CDATA[a&amp;b]]></B></xml>')).toEqual({ A: 'a&b 中 &evil;', B: 'a&amp;b' })
  })

  test.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><xml><A>&a;</A></xml>'],
    ['no root', ''],
    ['text only', 'hello'],
    ['another root', '<html><a/></html>'],
    ['an empty root', '<xml></xml>'],
    ['an unclosed element', '<xml><A></xml>'],
    ['a reserved name', '<xml><__proto__><a>1</a></__proto__></xml>'],
    ['too much depth', `<xml>${'<a>'.repeat(60)}x${'</a>'.repeat(60)}</xml>`],
    ['too many bytes', `<xml><A>${'x'.repeat(1 << 20)}</A></xml>`],
  ])('is refused when it is %s', (_name, source) => {
    expect(() => parseXml(source)).toThrow(XmlRefusal)
  })
})

describe('the envelope', () => {
  test('may lack the agent', () => {
    expect(parseEnvelope('<xml><Encrypt><![CDATA[abc=]]></Encrypt><ToUserName>ww1</ToUserName><AgentID></AgentID></xml>')).toEqual({
      toUserName: 'ww1',
      encrypted: 'abc=',
    })
  })

  test('without a ciphertext is refused', () => {
    expect(() => parseEnvelope('<xml><ToUserName>ww1</ToUserName></xml>')).toThrow(XmlRefusal)
  })
})
