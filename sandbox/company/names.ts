// Plausible people: surnames by how common they are, given names of both genders, and the nicknames WeChat is full of.
import type { Random } from '#platform/random.ts'

const surnames = [
  ...'王王王李李李张张张刘刘陈陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤',
]
const female =
  '芳 娜 敏 静 丽 艳 娟 霞 秀英 桂英 婷婷 雪梅 欣怡 梓涵 雨桐 诗涵 佳怡 思琪 晓燕 玉兰 春梅 海燕 慧敏 雅琴 梦洁 若曦 语嫣 可欣 子萱 一诺 婉清 文静 晓彤 佩玲 淑芬 嘉怡 心怡 琳 倩 莉 悦 颖 瑶 璐 妍'.split(
    ' ',
  )
const male =
  '伟 强 磊 军 勇 杰 涛 明 超 刚 平 辉 鹏 浩然 子轩 宇航 俊杰 志强 建国 国强 文博 天宇 思远 博文 浩宇 梓豪 俊熙 晨曦 嘉豪 一鸣 家辉 志明 永康 海涛 振华 立新 少华 凯 斌 飞 波 峰 鑫 宁 昊 睿'.split(
    ' ',
  )
const nicknames = [
  '阳光下的猫',
  '小确幸',
  '静水流深',
  '一路向北',
  '南风知我意',
  '向日葵',
  '糖糖妈妈',
  '豆豆爸爸',
  '果果妈咪',
  '旧时光',
  '半夏',
  '木子',
  '青柠',
  '清风徐来',
  '慢慢来',
  '岁月静好',
  '淡定的鱼',
  '北城以北',
  '平安是福',
  '知足常乐',
  '小太阳☀️',
  '草莓味的风',
  '不吃香菜',
  '今天也要加油鸭',
  '雨过天晴',
  '橙子',
  '云朵朵',
  '夏末',
  '海边的卡夫卡',
  '麦田',
  '花开半夏',
  '萌萌哒',
  '大脸猫',
  '桃桃乌龙',
  '晚安',
]
const latin = [
  'Amy',
  'Lily',
  'Kevin',
  'Jason',
  'Coco',
  'Sunny',
  'Vivian',
  'Leo',
  'Echo',
  'Cherry',
  'Alan',
  'Grace',
  'Tina',
  'Mr.Lee',
  'Joy',
  'Momo',
  'Yuki',
  'Allen',
  'Zoe',
  'Nico',
]

/** 1 male, 2 female, as WeCom counts. */
export type Gender = 1 | 2

export const fullName = (random: Random, gender: Gender): string => random.pick(surnames) + random.pick(gender === 1 ? male : female)

export function nickname(random: Random, gender: Gender): string {
  const roll = random.next()
  if (roll < 0.45) return fullName(random, gender)
  if (roll < 0.7) return random.pick(nicknames)
  if (roll < 0.85) return random.pick(latin)
  if (roll < 0.93) return `${random.pick(nicknames)}${random.below(900) + 100}`
  return `A${random.pick(['优选', '鲜果', '童装', '房产', '美甲', '烘焙'])}-${random.pick(surnames)}${gender === 1 ? '哥' : '姐'}`
}
