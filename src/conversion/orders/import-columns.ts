import type { ImportColumn } from '#platform/imports/kind.ts'

const column = (key: string, zh: string, en: string, aliases: string[], required = false): ImportColumn => ({ key, title: { zh, en }, aliases: [zh, en, ...aliases], ...(required ? { required } : {}) })

/** What an order file may hold. Aliases are the headers of Youzan, WeChat store, Taobao and spreadsheets people keep by hand. */
export const orderColumns: readonly ImportColumn[] = [
  column('order_no', '订单号', 'Order no.', ['订单编号', '主订单号', '交易单号', '单号', 'order_id', 'order id', 'order number', 'invoice', 'invoice no', 'InvoiceNo'], true),
  column('line.no', '子订单号', 'Line no.', ['行号', '子订单编号', '商品行号', 'line_no']),
  column('line.product_code', '商品编码', 'Product code', ['商品编号', '商家编码', '商品ID', '货号', 'StockCode', 'product id', 'product_code', 'item code']),
  column('line.sku_code', '规格编码', 'SKU', ['SKU编码', '规格', '规格名称', 'sku_code']),
  column('line.title', '商品名称', 'Product', ['商品标题', '商品', '宝贝标题', '品名', 'Description', 'product name', 'item name']),
  column('line.quantity', '数量', 'Quantity', ['商品数量', '购买数量', '件数', 'qty']),
  column('line.unit_price', '单价', 'Unit price', ['商品单价', '价格', '商品价格', 'UnitPrice', 'price']),
  column('line.discount', '优惠金额', 'Discount', ['折扣金额', '商品优惠', '优惠']),
  column('line.paid', '实付金额', 'Paid', ['商品实付', '商品实付金额', '实收金额', '成交金额', 'line total']),
  column('line.refunded', '退款金额', 'Refunded', ['已退款金额', '退款']),
  column('paid', '订单实付金额', 'Order total', ['订单金额', '订单总额', '支付金额', '买家实付', '订单实付', 'order amount', 'total paid']),
  column('paid_at', '付款时间', 'Paid at', ['支付时间', '订单付款时间', '成交时间', 'InvoiceDate', 'invoice date', 'paid time', 'order date']),
  column('created_at', '下单时间', 'Placed at', ['创建时间', '订单创建时间', '下单日期', '订单时间', '日期', 'created', 'created time']),
  column('shipped_at', '发货时间', 'Shipped at', []),
  column('completed_at', '完成时间', 'Completed at', ['交易完成时间', '订单完成时间']),
  column('closed_at', '关闭时间', 'Closed at', ['取消时间']),
  column('updated_at', '更新时间', 'Updated at', ['最后更新时间', '修改时间']),
  column('status', '状态', 'Status', ['订单状态', '交易状态', 'order status']),
  column('currency', '币种', 'Currency', ['货币']),
  column('shop', '店铺', 'Shop', ['店铺名称', '来源店铺', '门店', 'store']),
  column('refund_of', '原订单号', 'Refund of', ['原单号', '关联订单号', 'original order']),
  column('customer.phone', '买家手机号', 'Phone', ['手机号', '手机', '收货人手机号', '收货人手机', '联系电话', '客户手机号', 'mobile', 'buyer phone']),
  column('customer.unionid', '买家unionid', 'unionid', []),
  column('customer.openid', '买家openid', 'openid', []),
  column('customer.external_userid', '外部联系人ID', 'external_userid', ['买家external_userid']),
  column('customer.member_no', '会员号', 'Member no.', ['会员编号', '会员卡号', '客户编号', '客户ID', 'CustomerID', 'customer id', 'member id']),
  column('customer.shop_buyer', '买家ID', 'Buyer id', ['买家昵称ID', '买家会员名', 'buyer']),
  column('customer.name', '买家姓名', 'Customer', ['买家昵称', '客户姓名', '客户名称', '收货人', '收货人姓名', 'customer name']),
  column('employee', '导购', 'Employee', ['员工', '销售', '销售员', '业务员', 'salesperson']),
  column('channel', '渠道', 'Channel', ['来源渠道', '订单来源', '推广渠道']),
  column('coupons', '优惠券码', 'Coupons', ['优惠券', '券码', 'coupon']),
  column('region', '地区', 'Region', ['省份', '国家', '收货地区', 'Country', 'province']),
]
