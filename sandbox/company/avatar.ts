// A face for everybody: the first character on a quiet colour, the same one every time.
import { createHash } from 'node:crypto'
import type { World } from '../state/world.ts'

const grounds = ['#0f9d77', '#3d7dd8', '#b7791f', '#8a63d2', '#c2557a', '#2f8f9d', '#7a8a3a', '#a3653a', '#5b6b8c', '#d0654e']

export const avatarUrl = (world: World, id: string): string => `${world.url}/avatar/${encodeURIComponent(id)}.svg`

export function avatarSvg(id: string, name: string): string {
  const hash = createHash('sha256').update(id).digest()
  const ground = grounds[(hash[0] ?? 0) % grounds.length] ?? '#5b6b8c'
  const first = [...name.replace(/^A(?=[^\x20-\x7e])/, '')].find((char) => /\p{L}|\p{N}|\p{Emoji_Presentation}/u.test(char)) ?? '?'
  const turn = (hash[1] ?? 0) % 360
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96"><rect width="96" height="96" fill="${ground}"/><g fill="#fff" opacity=".1" transform="rotate(${turn} 48 48)"><circle cx="20" cy="22" r="34"/><circle cx="84" cy="80" r="24"/></g><text x="48" y="50" font-size="42" font-family="PingFang SC,Microsoft YaHei,Noto Sans CJK SC,sans-serif" fill="#fff" text-anchor="middle" dominant-baseline="central">${escapeXml(first.toUpperCase())}</text></svg>`
}

const escapeXml = (text: string): string => text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`)
