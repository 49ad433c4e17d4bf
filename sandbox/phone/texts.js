// Chinese first, English second. The choice is remembered by the browser.
import { assetsEn, assetsZh } from './texts-assets.js'
import { groupsEn, groupsZh } from './texts-groups.js'
import { massEn, massZh } from './texts-mass.js'
import { serviceEn, serviceZh } from './texts-service.js'

const zh = {
  ...assetsZh,
  ...groupsZh,
  ...massZh,
  ...serviceZh,
  title: '虚拟手机',
  home: '沙盒首页',
  chats: '消息',
  scan: '扫一扫',
  me: '我',
  tasks: '待办',
  customers: '客户',
  employees: '员工',
  search: '搜索昵称',
  searchContacts: '搜索客户的昵称或备注',
  newName: '新客户的昵称',
  create: '新建',
  whoAmI: '我是谁',
  behind: '幕后',
  behindHint: '你的每个动作会给接收方带来的回调',
  behindNone: '还没有回调。扫一个码试试。',
  noChats: '还没有好友',
  noChatsHint: '扫一个员工的活码，对方就会出现在这里。',
  goScan: '去扫码',
  noContacts: '还没有客户',
  noContactsHint: '客户扫了这位员工的码，就会出现在这里。',
  paste: '粘贴活码、二维码链接或短链',
  doScan: '扫',
  noCodes: '还没有活码。在留量里新建一个，这里马上会出现。',
  any: '多人活码',
  temp: '临时会话',
  verify: '需验证',
  say: '说点什么',
  send: '发送',
  delete: '删除好友',
  deleteCustomer: '删除客户',
  cancel: '取消',
  deleteAsk: '删除后，{name} 那边不会收到通知，但企业会收到一条“客户删除了员工”的回调。',
  deleteCustomerAsk: '删除后，客户不会收到通知；企业会收到“员工删除了客户”的回调，标签和备注一并消失。',
  deleted: '已删除',
  remark: '备注',
  remarkHint: '只有自己看得见的名字，最多 20 字',
  tags: '企业标签',
  save: '保存',
  saved: '已保存',
  added: '已添加 {name}',
  already: '已经是好友了',
  requested: '好友申请已发出，等 {name} 通过',
  temporary: '与 {name} 的临时会话已打开',
  accept: '通过',
  accepted: '已通过 {name}',
  taskFriend: '申请添加你为好友',
  noTasks: '没有待办',
  noTasksHint: '好友申请和群发确认会出现在这里。',
  app: '企业应用',
  switchPerson: '换一个人',
  newCustomer: '新建客户',
  language: 'Switch to English',
  waiting: '待确认',
  deleted_by_employee: '对方已删除你',
  deleted_by_customer: '客户已删除你',
  friends: '',
  ended: '',
  notFriends: '你们已经不是好友，消息发不出去。',
  waitingVerify: '等待对方通过验证。',
  today: '今天',
  yesterday: '昨天',
  mini: '小程序',
  youAdded: '你已添加了{name}，现在可以开始聊天了。',
  welcomeMark: '欢迎语',
  delivered: '已送达',
  no_receiver: '无接收方',
  dropped: '被丢弃（故障）',
  failed: '三次均失败',
  waitingState: '等待送达',
  retry: '第 {n} 次重试',
  pick: '选一个客户开始',
  position: '职位',
  unionid: 'unionid',
  chooseTags: '点选即保存',
  chatWith: '发消息',
  appHint: '和应用说话，企业会收到消息回调',
  more: '更多',
  back: '返回',
  total: '共 {n} 位客户',
}
const en = {
  ...assetsEn,
  ...groupsEn,
  ...massEn,
  ...serviceEn,
  title: 'Virtual phone',
  home: 'Sandbox home',
  chats: 'Chats',
  scan: 'Scan',
  me: 'Me',
  tasks: 'To do',
  customers: 'Customers',
  employees: 'Employees',
  search: 'Search by name',
  searchContacts: 'Search customers by name or remark',
  newName: 'Name of a new customer',
  create: 'Create',
  whoAmI: 'Who am I',
  behind: 'Behind the scenes',
  behindHint: 'The callbacks that your acts send to the receiver',
  behindNone: 'No callbacks yet. Scan a code.',
  noChats: 'No friends yet',
  noChatsHint: 'Scan an employee’s code and the employee appears here.',
  goScan: 'Scan a code',
  noContacts: 'No customers yet',
  noContactsHint: 'Customers who scan this employee’s code appear here.',
  paste: 'Paste a code, QR link or short link',
  doScan: 'Scan',
  noCodes: 'No codes yet. Make a live code and it appears here.',
  any: 'several employees',
  temp: 'temporary chat',
  verify: 'needs approval',
  say: 'Say something',
  send: 'Send',
  delete: 'Delete friend',
  deleteCustomer: 'Delete customer',
  cancel: 'Cancel',
  deleteAsk: '{name} is not told, but the company receives the callback “customer deleted employee”.',
  deleteCustomerAsk: 'The customer is not told; the company receives “employee deleted customer”, and tags and remark are gone.',
  deleted: 'Deleted',
  remark: 'Remark',
  remarkHint: 'A name only you see, up to 20 characters',
  tags: 'Corp tags',
  save: 'Save',
  saved: 'Saved',
  added: 'Added {name}',
  already: 'You are friends already',
  requested: 'Request sent, waiting for {name}',
  temporary: 'Temporary chat with {name} is open',
  accept: 'Accept',
  accepted: 'Accepted {name}',
  taskFriend: 'wants to add you',
  noTasks: 'Nothing to do',
  noTasksHint: 'Friend requests and mass messages to confirm appear here.',
  app: 'Company app',
  switchPerson: 'Be somebody else',
  newCustomer: 'New customer',
  language: '切换到中文',
  waiting: 'to confirm',
  deleted_by_employee: 'deleted you',
  deleted_by_customer: 'deleted you',
  friends: '',
  ended: '',
  notFriends: 'You are not friends any more: messages are refused.',
  waitingVerify: 'Waiting to be accepted.',
  today: 'Today',
  yesterday: 'Yesterday',
  mini: 'Mini program',
  youAdded: 'You added {name}. You can chat now.',
  welcomeMark: 'Welcome',
  delivered: 'delivered',
  no_receiver: 'no receiver',
  dropped: 'dropped (fault)',
  failed: 'failed three times',
  waitingState: 'on its way',
  retry: 'retry {n}',
  pick: 'Choose a customer to start',
  position: 'Position',
  unionid: 'unionid',
  chooseTags: 'Saved as you tap',
  chatWith: 'Message',
  appHint: 'Talk to the app: the company receives message callbacks',
  more: 'More',
  back: 'Back',
  total: '{n} customers',
}

const stored = () => {
  try {
    return localStorage.getItem('sandbox.language')
  } catch {
    return null
  }
}
export const language = () => (stored() === 'en' ? 'en' : 'zh')

export function switchLanguage() {
  localStorage.setItem('sandbox.language', language() === 'en' ? 'zh' : 'en')
  location.reload()
}

export function t(key, values = {}) {
  const text = (language() === 'en' ? en : zh)[key] ?? key
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
}

const locale = () => (language() === 'en' ? 'en-GB' : 'zh-CN')
const dayOf = (at) => at.toLocaleDateString('en-CA')

/** 14:03 today, 昨天 14:03, else 11-20. The phone lives by the sandbox's clock. */
export function when(iso, now, long = false) {
  const at = new Date(iso)
  const clock = at.toLocaleTimeString(locale(), { hour: '2-digit', minute: '2-digit', hour12: false })
  if (dayOf(at) === dayOf(now)) return clock
  if (dayOf(at) === dayOf(new Date(now.getTime() - 86400e3))) return long ? `${t('yesterday')} ${clock}` : t('yesterday')
  const day = at.getFullYear() === now.getFullYear() ? dayOf(at).slice(5) : dayOf(at)
  return long ? `${day} ${clock}` : day
}

const happenings = {
  add_external_contact: ['加为好友', 'became friends'],
  add_half_external_contact: ['客户免验证添加', 'customer added, unconfirmed'],
  edit_external_contact: ['改备注或标签', 'remark or tag edited'],
  del_external_contact: ['员工删除了客户', 'employee deleted customer'],
  del_follow_user: ['客户删除了员工', 'customer deleted employee'],
  create_user: ['新增成员', 'member created'],
  update_user: ['成员变更', 'member updated'],
  delete_user: ['删除成员', 'member deleted'],
  create_party: ['新增部门', 'department created'],
  update_party: ['部门变更', 'department updated'],
  delete_party: ['删除部门', 'department deleted'],
  create: ['新增标签', 'tag created'],
  update: ['标签变更', 'tag updated'],
  delete: ['删除标签', 'tag deleted'],
  shuffle: ['标签排序', 'tags reordered'],
  text: ['员工对应用说话', 'message to the app'],
  enter_agent: ['进入应用', 'app opened'],
  subscribe: ['关注应用', 'app subscribed'],
  unsubscribe: ['取消关注应用', 'app unsubscribed'],
  template_card_event: ['点了应用的卡片', 'card of the app pressed'],
  kf_msg_or_event: ['微信客服有新消息', 'news in customer service'],
  msgaudit_notify: ['会话存档有新消息', 'news in the archive'],
}

/** Groups share the words create and update with tags; what an update was stands in the push itself. */
const groupHappenings = {
  create: ['新建客户群', 'group created'],
  dismiss: ['客户群解散', 'group dismissed'],
  update: ['客户群变更', 'group updated'],
  add_member: ['有人进群', 'group joined'],
  del_member: ['有人退群', 'group left'],
  change_owner: ['群主变更', 'group owner changed'],
  change_name: ['群名变更', 'group renamed'],
  change_notice: ['群公告变更', 'group notice changed'],
}

/** The last word of an event's name, or the detail of a group's update. */
export const detailOf = (it) =>
  /^change_external_chat/.test(it.name)
    ? (/<UpdateDetail><!\[CDATA\[(\w+)/.exec(it.xml)?.[1] ?? it.name.split('.').at(-1))
    : it.name.split('.').at(-1)

/** What an event means, in words; its name where no words are known. */
export const happening = (it) =>
  (/^change_external_chat/.test(it.name) ? groupHappenings : happenings)[detailOf(it)]?.[language() === 'en' ? 1 : 0] ?? it.name
