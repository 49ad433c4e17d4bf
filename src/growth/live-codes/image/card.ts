import type { ImageTemplate } from '../schema.ts'
import { contrastWithWhite } from './colour.ts'
import { logoModules, modulesOf, pathOf, quietModules } from './modules.ts'

export type CardFacts = {
  /** What the code says. */
  text: string
  name: string
  template: ImageTemplate
  title?: string | undefined
  subtitle?: string | undefined
  colour: string
  background: string
  /** Pictures as data: URLs. */
  logo?: string | undefined
  picture?: string | undefined
}

export const cardFont = 'Noto Sans Hans'

const families = `${cardFont}, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif`

/** The code as a picture of 1000 units across, as text that a browser, a printer and our renderer read alike. */
export function cardSvg(facts: CardFacts): string {
  const { width, height, parts } = layouts[facts.template](facts)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${parts.join('')}</svg>`
}

type Layout = { width: number; height: number; parts: string[] }

const layouts: Record<ImageTemplate, (facts: CardFacts) => Layout> = {
  /** The code alone. */
  plain: (facts) => ({ width: 1000, height: 1000, parts: [rect(0, 0, 1000, 1000, '#ffffff'), ...code(facts, 0, 0, 1000)] }),
  /** White, name below: for counters and name badges. */
  card: (facts) => {
    const top = facts.title ? 150 : 60
    const name = lines(facts.name, 880, 56, 2)
    const below = facts.subtitle ? lines(facts.subtitle, 880, 34, 2) : []
    const nameTop = top + 880 + 20
    const height = nameTop + name.length * 72 + below.length * 48 + 70
    return {
      width: 1000,
      height,
      parts: [
        rect(0, 0, 1000, height, '#ffffff'),
        ...(facts.title ? words(lines(facts.title, 880, 52, 1), 500, 80, 52, '#1a1f2b', 700) : []),
        ...code(facts, 60, top, 880),
        ...words(name, 500, nameTop + 40, 56, '#1a1f2b', 700),
        ...words(below, 500, nameTop + name.length * 72 + 30, 34, '#5b6472', 500),
      ],
    }
  },
  /** Picture or colour behind, the code on a white field at the foot: for stands and doors. */
  poster: (facts) => {
    const onBackground = facts.picture || contrastWithWhite(facts.background) >= 3 ? '#ffffff' : '#1a1f2b'
    const title = lines(facts.title || facts.name, 880, 84, 2)
    const subtitle = facts.subtitle ? lines(facts.subtitle, 880, 40, 2) : []
    const behind = facts.picture
      ? [
          rect(0, 0, 1000, 1500, facts.background),
          `<image href="${facts.picture}" x="0" y="0" width="1000" height="1500" preserveAspectRatio="xMidYMid slice"/>`,
          `<linearGradient id="shade" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#000" stop-opacity="0.55"/><stop offset="0.45" stop-color="#000" stop-opacity="0.1"/></linearGradient>`,
          rect(0, 0, 1000, 1500, 'url(#shade)'),
        ]
      : [rect(0, 0, 1000, 1500, facts.background)]
    return {
      width: 1000,
      height: 1500,
      parts: [
        ...behind,
        ...words(title, 500, 190, 84, onBackground, 700),
        ...words(subtitle, 500, 190 + title.length * 108 + 10, 40, onBackground, 500),
        `<rect x="170" y="590" width="660" height="780" rx="36" fill="#ffffff"/>`,
        ...code(facts, 200, 620, 600),
        ...words(lines(facts.name, 600, 44, 1), 500, 1282, 44, '#1a1f2b', 700),
        ...words(['微信扫码添加'], 500, 1336, 28, '#5b6472', 500),
      ],
    }
  },
}

function code({ text, colour, logo }: CardFacts, x: number, y: number, side: number): string[] {
  const modules = modulesOf(text)
  const hole = logo ? logoModules(modules.size) : 0
  const unit = side / (modules.size + 2 * quietModules)
  const field = hole * unit
  const at = (side - field) / 2
  const inner = field - 2 * unit * 0.4
  return [
    rect(x, y, side, side, '#ffffff'),
    `<path transform="translate(${x} ${y})" d="${pathOf(modules, side, hole)}" fill="${colour}" shape-rendering="crispEdges"/>`,
    ...(logo
      ? [
          `<clipPath id="logo"><rect x="${x + at + unit * 0.4}" y="${y + at + unit * 0.4}" width="${inner}" height="${inner}" rx="${inner * 0.14}"/></clipPath>`,
          `<image href="${logo}" x="${x + at + unit * 0.4}" y="${y + at + unit * 0.4}" width="${inner}" height="${inner}" preserveAspectRatio="xMidYMid slice" clip-path="url(#logo)"/>`,
        ]
      : []),
  ]
}

const rect = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>`

const words = (rows: readonly string[], x: number, y: number, size: number, fill: string, weight: number): string[] =>
  rows.map(
    (row, at) =>
      `<text x="${x}" y="${y + at * Math.round(size * 1.28)}" font-size="${size}" font-weight="${weight}" font-family="${families}" fill="${fill}" text-anchor="middle">${escaped(row)}</text>`,
  )

/** Breaks by estimated width: a Chinese letter is as wide as high, others a little more than half. */
export function lines(text: string, width: number, size: number, most: number): string[] {
  const rows: string[] = []
  let row = ''
  let used = 0
  for (const letter of text.trim()) {
    const wide = widthOf(letter) * size
    if (used + wide > width && row) {
      rows.push(row)
      row = ''
      used = 0
    }
    row += letter
    used += wide
  }
  if (row) rows.push(row)
  if (rows.length <= most) return rows
  const last = [...(rows[most - 1] ?? '')].slice(0, -1).join('')
  return [...rows.slice(0, most - 1), `${last}…`]
}

const widthOf = (letter: string): number =>
  /[\u1100-\u115f\u2e80-\uffef\u{1f000}-\u{3ffff}]/u.test(letter) ? 1 : /[A-Zmw@%]/.test(letter) ? 0.72 : 0.56

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`)
