import decodeQR from 'qr/decode.js'
import { describe, expect, test } from 'vitest'
import { type CardFacts, cardSvg, lines } from './card.ts'
import { contrastWithWhite } from './colour.ts'
import { logoModules, modulesOf, pathOf, quietModules } from './modules.ts'
import { toPdf } from './pdf.ts'
import { readQr } from './read-qr.ts'
import { toPixels, toPng } from './render.ts'

const text = 'https://work.weixin.qq.com/ca/cawcdea1b2c3d4e5f6'
const logo = `data:image/png;base64,${toPng('<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><rect width="60" height="60" fill="#c0392b"/></svg>', 60).toString('base64')}`
const facts: CardFacts = {
  text,
  name: '喆哥的门店 & <旗舰>',
  template: 'card',
  title: '扫码加我',
  subtitle: '周一到周五',
  colour: '#1a1f2b',
  background: '#0f9d77',
}

describe('the picture of a code', () => {
  test('is read by another library in every layout, with a logo, small and large', () => {
    for (const template of ['plain', 'card', 'poster'] as const)
      for (const width of [300, 1000])
        expect(readQr(toPng(cardSvg({ ...facts, template, logo }), width)), `${template} ${width}`).toBe(text)
  })

  test('is read in the lightest colour that is allowed', () => {
    const colour = '#757575'
    expect(contrastWithWhite(colour)).toBeGreaterThan(4.5)
    expect(contrastWithWhite(colour)).toBeLessThan(4.7)
    expect(decodeQR(toPixels(cardSvg({ ...facts, template: 'plain', colour, logo })))).toBe(text)
  })

  test('keeps four light modules around, and a logo over less than a twelfth of the code', () => {
    const modules = modulesOf(text)
    const unit = 1000 / (modules.size + 2 * quietModules)
    const first = Math.min(
      ...[...pathOf(modules, 1000, 0).matchAll(/M([\d.]+) ([\d.]+)/g)].map(([, x = '0', y = '0']) => Math.min(Number(x), Number(y))),
    )
    expect(first).toBeCloseTo(4 * unit, 2)
    for (const size of [21, 25, 29, 33, 41, 57, 77]) expect(logoModules(size) ** 2 / size ** 2).toBeLessThan(1 / 12)
  })

  test('breaks long names and says nothing that a name could smuggle in', () => {
    expect(lines('很'.repeat(30), 560, 56, 2)).toEqual(['很'.repeat(10), `${'很'.repeat(9)}…`])
    expect(cardSvg(facts)).not.toContain('<旗舰>')
  })

  test('as PDF has a page a code', async () => {
    const pdf = Buffer.from(await toPdf([cardSvg(facts), cardSvg({ ...facts, template: 'poster' })], '活码')).toString('latin1')
    expect(pdf.startsWith('%PDF-')).toBe(true)
    const { PDFDocument } = await import('@cantoo/pdf-lib')
    const sizes = (await PDFDocument.load(Buffer.from(pdf, 'latin1'))).getPages().map((page) => Math.round(page.getWidth() / (72 / 25.4)))
    expect(sizes).toEqual([90, 148])
  })

  test('that holds no code reads as nothing', () => {
    expect(
      readQr(toPng('<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"><rect width="80" height="80" fill="#888"/></svg>', 80)),
    ).toBeUndefined()
  })
})
