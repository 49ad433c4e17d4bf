import type { AppError } from '../errors.ts'

export type Language = 'zh' | 'en'

/** Why a row was refused, in Chinese. What a reason is about (a value, a header) is taken from its English words. */
const chinese: Readonly<Record<string, string>> = {
  'amount.invalid': '不是有效的金额',
  'amount.missing': '没有金额或单价',
  'amount.negative': '金额不能为负（退款行除外）',
  'attribute.not_a_choice': '不在该属性的选项之中',
  'cell.empty': '必填的单元格为空',
  'cell.formula': '单元格是公式，请改为数值或文字',
  'channel.ambiguous': '有多个同名渠道，请写完整路径，例如 抖音/信息流',
  'channel.invalid': '渠道应为名称，或从上到下的路径，例如 抖音/信息流',
  'csv.quote_open': '引号没有闭合',
  'currency.invalid': '币种应为三个大写字母，例如 CNY',
  'customer.no_identity': '没有任何可识别客户的身份（手机号、会员号、unionid 等均为空）',
  'date.invalid': '无法识别的日期或时间',
  'event.bad_name': '事件名不合规，应为点号连接的单词，例如 page.viewed',
  'event.bad_properties': '事件属性应为 JSON 对象',
  'event.bad_property': '属性名过长',
  'event.bad_text': '文本为空或过长',
  'event.bad_time': '无法识别的时间',
  'event.no_name': '没有事件名',
  'event.no_person': '既没有用户也没有设备',
  'event.text_too_long': '属性值过长',
  'event.time_out_of_range': '时间早于 1970 年，或晚于现在一天以上',
  'event.too_many_properties': '事件属性过多',
  'gender.invalid': '性别应为男或女',
  'identity.invalid': '身份应为 1 至 200 个字符',
  'import.row_refused': '该行有无法保存的值',
  'json.malformed': '该行不是有效的 JSON',
  'json.not_object': '每行应为一个 JSON 对象',
  'json.too_deep': 'JSON 嵌套过深',
  'json.too_large': '该行过长',
  'order.no_number': '没有订单号',
  'order.no_time': '没有下单或付款时间',
  'phone.invalid': '不是有效的手机号',
  'product.no_code': '没有商品编码',
  'product.no_title': '没有商品名称',
  'quantity.invalid': '数量为零、过大或不是数字',
  'quantity.missing': '没有数量',
  'quantity.negative': '数量不能为负（退款行除外）',
  'row.too_many_cells': '该行的列数多于表头，含逗号的文字需要加引号',
  'spend.kind_unknown': '未知的费用类型，应为：媒体、内容、奖品、红包、优惠券、佣金、积分、人力、其他',
  'text.lone_surrogate': '含有损坏的字符',
  'text.not_decodable': '含有无法按该编码读取的字节',
  'text.nul': '含有空字符（NUL）',
  'text.too_long': '文字过长',
}

/** Said in the company's language; a reason that has no words there keeps its English ones. The code is the same in both. */
export function reasonOf({ code, message }: AppError, language: Language): string {
  const words = language === 'zh' ? chinese[code] : undefined
  if (words === undefined) return message
  const about = /"([^"]{1,60})"/.exec(message)?.[1]
  return about ? `${words}：“${about}”` : words
}
