/** Tag groups that a line of business starts with. Names are data of the tenant once used; until then they follow its language. */
export type TagTemplate = { id: string; name: Text; groups: { name: Text; tags: Text[] }[] }

type Text = { zh: string; en: string }

const text = (zh: string, en: string): Text => ({ zh, en })

export const tagTemplates: readonly TagTemplate[] = [
  {
    id: 'general',
    name: text('通用', 'General'),
    groups: [
      {
        name: text('来源渠道', 'Channel'),
        tags: [
          text('广告', 'Ads'),
          text('抖音', 'Douyin'),
          text('小红书', 'Xiaohongshu'),
          text('公众号', 'Official account'),
          text('视频号', 'Channels'),
          text('线下门店', 'Store'),
          text('老客推荐', 'Referral'),
        ],
      },
      {
        name: text('添加时间', 'Added on'),
        tags: [
          text('本月新加', 'This month'),
          text('三个月内', 'Within three months'),
          text('半年内', 'Within half a year'),
          text('一年以上', 'Over a year'),
        ],
      },
      { name: text('性别', 'Gender'), tags: [text('男', 'Male'), text('女', 'Female')] },
      {
        name: text('年龄', 'Age'),
        tags: [
          text('18 岁以下', 'Under 18'),
          text('18-24 岁', '18–24'),
          text('25-34 岁', '25–34'),
          text('35-44 岁', '35–44'),
          text('45 岁以上', '45 and over'),
        ],
      },
      {
        name: text('兴趣爱好', 'Interests'),
        tags: [
          text('运动', 'Sports'),
          text('美食', 'Food'),
          text('旅行', 'Travel'),
          text('亲子', 'Family'),
          text('数码', 'Gadgets'),
          text('阅读', 'Reading'),
        ],
      },
      {
        name: text('产品偏好', 'Product preference'),
        tags: [text('看重价格', 'Price'), text('看重品质', 'Quality'), text('看重服务', 'Service'), text('喜欢新品', 'Novelty')],
      },
    ],
  },
  {
    id: 'education',
    name: text('教育', 'Education'),
    groups: [
      { name: text('考试年份', 'Exam year'), tags: [text('今年', 'This year'), text('明年', 'Next year'), text('后年及以后', 'Later')] },
      {
        name: text('目标院校', 'Target school'),
        tags: [text('985', 'Top tier'), text('211', 'Second tier'), text('双非', 'Other'), text('未定', 'Undecided')],
      },
      {
        name: text('目标专业', 'Target major'),
        tags: [
          text('经管', 'Business'),
          text('法学', 'Law'),
          text('教育学', 'Education'),
          text('计算机', 'Computer science'),
          text('医学', 'Medicine'),
          text('未定专业', 'Undecided major'),
        ],
      },
      {
        name: text('备考经历', 'Attempt'),
        tags: [text('一战', 'First attempt'), text('二战', 'Second attempt'), text('多战', 'Further attempt')],
      },
      {
        name: text('平台来源', 'Platform source'),
        tags: [
          text('抖音', 'Douyin'),
          text('B 站', 'Bilibili'),
          text('小红书', 'Xiaohongshu'),
          text('知乎', 'Zhihu'),
          text('公众号', 'Official account'),
        ],
      },
      {
        name: text('活动来源', 'Activity source'),
        tags: [text('公开课', 'Open class'), text('资料领取', 'Material'), text('打卡活动', 'Check-in'), text('裂变活动', 'Fission')],
      },
      {
        name: text('意向等级', 'Intent level'),
        tags: [text('A 高意向', 'A high'), text('B 中意向', 'B medium'), text('C 低意向', 'C low'), text('D 无意向', 'D none')],
      },
      {
        name: text('授课方式', 'Face to face or online'),
        tags: [text('面授', 'Face to face'), text('网课', 'Online'), text('都可以', 'Either')],
      },
      {
        name: text('意向产品', 'Product of interest'),
        tags: [text('全程班', 'Full course'), text('冲刺班', 'Sprint course'), text('一对一', 'One to one'), text('图书', 'Books')],
      },
    ],
  },
  {
    id: 'retail',
    name: text('零售', 'Retail'),
    groups: [
      { name: text('尺码', 'Size'), tags: [text('S', 'S'), text('M', 'M'), text('L', 'L'), text('XL', 'XL'), text('XXL', 'XXL')] },
      {
        name: text('肤质', 'Skin'),
        tags: [text('干性', 'Dry'), text('油性', 'Oily'), text('混合性', 'Combination'), text('敏感肌', 'Sensitive')],
      },
      {
        name: text('所属门店', 'Store'),
        tags: [text('旗舰店', 'Flagship store'), text('社区店', 'Neighbourhood store'), text('线上店', 'Online store')],
      },
      { name: text('购买力', 'Spending'), tags: [text('高客单', 'High'), text('中客单', 'Medium'), text('低客单', 'Low')] },
    ],
  },
]
