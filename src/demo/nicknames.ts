import type { Random } from '#platform/random.ts'

const moods =
  '早睡的 慢热的 爱笑的 发呆的 路过的 贪睡的 认真的 迷路的 晒太阳的 不着急的 会飞的 爱喝茶的 半糖的 微醺的 安静的 赶早市的 想下雨的 数星星的 吹风的 追月亮的 不加冰的 加班的 逛公园的 攒阳光的 打盹的 听雨的 煮水的 收快递的 看云的 散步的'.split(
    ' ',
  )
const things =
  '橙子 云朵 小鹿 柚子 海豚 青梅 麻雀 奶盖 石榴 刺猬 芒果 松鼠 茶壶 白鹭 荷叶 月饼 枇杷 企鹅 桂花 团子 小满 谷雨 竹笋 山雀 核桃 蒲公英 橘猫 柿子 河马 银杏'.split(
    ' ',
  )

/** Like the names people give themselves on WeChat, and nobody's: a mood, a thing, now and then a number. */
export function nickname(random: Random): string {
  const name = random.pick(moods) + random.pick(things)
  return random.chance(0.35) ? `${name}${random.below(90) + 10}` : name
}
