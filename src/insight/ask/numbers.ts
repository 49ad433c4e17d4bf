const digits = '零一二三四五六七八九'

/** 七, 十, 十五, 三十, 一百, 两, 半 is not one. Plain digits too; undefined for anything else. */
export function numberOf(text: string): number | undefined {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  const english = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'].indexOf(
    text.toLowerCase(),
  )
  if (english >= 0) return english + 1
  if (text === '百' || text === '一百') return 100
  const [, tens, ten, ones] = /^([一二三四五六七八九])?(十)?([一二三四五六七八九两])?$/.exec(text) ?? []
  if (!ten && tens && ones) return undefined
  const digit = (sign: string | undefined) => (sign === '两' ? 2 : sign ? digits.indexOf(sign) : 0)
  const value = ten ? (tens ? digit(tens) : 1) * 10 + digit(ones) : digit(tens ?? ones)
  return value > 0 ? value : undefined
}

/** How such numbers are written, for patterns. */
export const numeral = '(?:\\d{1,6}|[一二三四五六七八九]?十[一二三四五六七八九]?|一?百|[一二两三四五六七八九])'
export const numeralEn = '(?:\\d{1,6}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)'
