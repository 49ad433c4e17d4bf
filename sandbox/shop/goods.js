// What the shop sells, and what it tells of itself.
export const goods = [
  { id: 'longjing', name: '明前龙井', price: 168, note: '清明前采，豆香，三泡最好', hue: 92 },
  { id: 'dancong', name: '凤凰单丛', price: 128, note: '蜜兰香，耐泡，适合下午', hue: 34 },
  { id: 'puer', name: '老树普洱', price: 218, note: '放了六年，汤红，不涩', hue: 14 },
  { id: 'baicha', name: '白牡丹', price: 98, note: '日晒，清甜，冷泡也好', hue: 62 },
  { id: 'yancha', name: '正岩肉桂', price: 258, note: '炭焙三道，桂皮香', hue: 22 },
  { id: 'moli', name: '茉莉银针', price: 118, note: '七窨一提，花香在水里', hue: 130 },
]

export const story = [
  ['四百米的坡', '茶园在山的阴面，雾比太阳来得早。我们自己采，自己炒，一年只做三季。'],
  ['一口铁锅', '炒茶师傅今年六十一岁，他的手比温度计准。徒弟学了八年，去年才许独自开火。'],
  ['不寄隔夜的货', '下单当天封装，第二天发出。收到先别急着泡，放一天，让茶醒一醒。'],
  ['喝完的罐子', '寄回五个空罐，换一罐新茶。去年收回了两千三百个。'],
]
