import type { CallInput } from '#connectors/wecom/client.ts'
import type { EndpointName, ResponseOf } from '#connectors/wecom/endpoints/catalogue.ts'
import type { Words } from './doctor-findings.ts'

/** What a probe may know: who adds customers here, the app's number, our public host, and the domain that the app trusts. */
export type ProbeFacts = {
  member: string
  agentId: number | undefined
  host: string
  trustedDomain: string | undefined
  /** Unix seconds of yesterday's midnight in Beijing: figures exist for whole days only. */
  yesterday: number
}

/** What an answer says beyond "allowed". `reason` names words of `absences`. */
export type Verdict = { state: 'ok' | 'refused' | 'absent'; reason?: string; details?: Record<string, unknown> }

export type Probe = {
  endpoint: EndpointName
  input: (facts: ProbeFacts) => CallInput<EndpointName>
  judge: (answer: unknown, facts: ProbeFacts) => Verdict
}

export type Capability = {
  key: string
  name: Words
  purpose: Words
  /** Without it nothing works; with the others a part of the product does not. */
  isCore?: boolean
  /** A capability without which this one cannot be allowed either: then that one's switch comes first. */
  hangsOn?: string
  /** Where an administrator switches it on. */
  place: Words
  /** Words for codes that mean something else here than everywhere. */
  refusals?: Record<number, Words>
  /** Codes that mean "not bought" or "not set up" here, not "forbidden". */
  absentOn?: readonly number[]
  /** Words for what an answer can lack. */
  absences?: Record<string, { message: Words; fix: Words }>
  needsAgentId?: boolean
  /** Not the app's secret opens it but the archive's, which is entered apart. */
  hasOwnSecret?: boolean
  /** Asked where WeCom refused the parameter, which is a yes. */
  onRefusedParameter?: Probe['judge']
  probe: Probe
}

function probe<Name extends EndpointName>(
  endpoint: Name,
  input: (facts: ProbeFacts) => CallInput<Name>,
  judge: (answer: ResponseOf<Name>, facts: ProbeFacts) => Verdict = () => ({ state: 'ok' }),
): Probe {
  return { endpoint, input: input as Probe['input'], judge: judge as Probe['judge'] }
}

const words = (zh: string, en: string): Words => ({ zh, en })

const callable = '「客户联系 → 客户 → API → 可调用接口的应用」'
const callableEn = '“Customer Contact → Customers → API → Apps allowed to call”'
/** Almost everything of customer contact hangs on one tick; `where` is the function's own page. */
const contactPlace = (where: string, whereEn: string): Words =>
  words(
    `在企业微信管理后台${callable}中勾选此应用；已经勾选的，再到「客户联系 → ${where}」确认此功能已对该应用开放。`,
    `In WeCom’s admin console tick this app under ${callableEn}; if it is ticked, see under “Customer Contact → ${whereEn}” that the function is open to it.`,
  )

/** Nobody's: an id that WeCom cannot know. It is looked up after the rights were checked, so being told so means that we may ask. */
const nobodys = 'liuliang-doctor'
const dayBack = ({ yesterday }: ProbeFacts) => ({ start_time: yesterday, end_time: yesterday + 86_400 })

/** A ticket is given to whoever asks; the page that uses it must lie under the domain the app trusts. */
function underTrustedDomain(_: unknown, { host, trustedDomain }: ProbeFacts): Verdict {
  if (trustedDomain === undefined || sameDomain(trustedDomain, host)) return { state: 'ok' }
  const details = { host, trustedDomain }
  return trustedDomain === '' ? { state: 'absent', reason: 'no_domain', details } : { state: 'refused', reason: 'other_domain', details }
}
/** WeCom takes the port for a part of it where one is written. */
const sameDomain = (trusted: string, host: string): boolean => trusted === host || trusted === host.split(':')[0]

const domainAbsences = {
  no_domain: {
    message: words('应用还没有设置可信域名', 'The app has no trusted domain yet'),
    fix: words(
      '在「应用管理 → 应用 → 网页授权及 JS-SDK → 设置可信域名」填入 {host}。',
      'Enter {host} under “App Management → the app → Web authorisation and JS-SDK → Trusted domain”.',
    ),
  },
  other_domain: {
    message: words('应用的可信域名是 {trustedDomain}，不是这里的 {host}', 'The app trusts {trustedDomain}, not {host}'),
    fix: words(
      '在「应用管理 → 应用 → 网页授权及 JS-SDK → 设置可信域名」改为 {host}。',
      'Change it to {host} under “App Management → the app → Web authorisation and JS-SDK → Trusted domain”.',
    ),
  },
}

/**
 * Everything the connector can do, and the cheapest question that tells whether this app may. Reads ask for one row. Where there
 * is nothing to read the call names something that does not exist: WeCom checks address, secret and rights before it looks at the
 * parameters, so a refusal of the parameter is a yes, and nothing can happen by it.
 */
export const capabilities: readonly Capability[] = [
  {
    key: 'directory',
    name: words('通讯录', 'Directory'),
    purpose: words('同步部门与员工', 'departments and employees'),
    isCore: true,
    place: words(
      '在「应用管理 → 应用 → 可见范围」中加入需要使用的部门或成员。',
      'Add departments or members under “App Management → the app → Visible range”.',
    ),
    absences: {
      nobody: {
        message: words('应用看不到任何部门', 'The app sees no department'),
        fix: words(
          '在「应用管理 → 应用 → 可见范围」中加入需要使用的部门或成员。',
          'Add departments or members under “App Management → the app → Visible range”.',
        ),
      },
    },
    probe: probe(
      'department/simplelist',
      () => ({}),
      ({ department_id: seen = [] }) =>
        seen.length > 0 ? { state: 'ok', details: { departments: seen.length } } : { state: 'refused', reason: 'nobody' },
    ),
  },
  {
    key: 'contacts',
    name: words('客户', 'Customers'),
    purpose: words('读取员工的客户，记录加好友与删除', 'reading the customers of members'),
    isCore: true,
    place: words(`在企业微信管理后台${callable}中勾选此应用。`, `In WeCom’s admin console tick this app under ${callableEn}.`),
    absences: {
      nobody: {
        message: words('没有成员开通客户联系功能', 'No member has the customer-contact function'),
        fix: words(
          '在「客户联系 → 权限配置」中为会加客户的成员开通，并确认他们在应用的可见范围内。',
          'Enable it for the members who add customers under “Customer Contact → Permissions”, and see that the app’s visible range has them.',
        ),
      },
    },
    probe: probe(
      'externalcontact/get_follow_user_list',
      () => ({}),
      ({ follow_user: members = [] }) =>
        members.length > 0 ? { state: 'ok', details: { members: members.length } } : { state: 'refused', reason: 'nobody' },
    ),
  },
  {
    key: 'contact_me',
    name: words('联系我二维码', 'Contact-me codes'),
    purpose: words('渠道活码', 'live codes'),
    isCore: true,
    hangsOn: 'contacts',
    place: contactPlace('加客户 → 联系我', 'Add customers → Contact me'),
    probe: probe('externalcontact/list_contact_way', () => ({ body: { limit: 1 } })),
  },
  {
    key: 'welcome',
    name: words('欢迎语', 'Welcome messages'),
    purpose: words('加好友后 20 秒内自动问候', 'greeting a new friend within twenty seconds'),
    isCore: true,
    hangsOn: 'contacts',
    place: contactPlace('聊天工具 → 欢迎语', 'Chat tools → Welcome messages'),
    // A code that never was: 41050. Nobody can be greeted by it.
    probe: probe('externalcontact/send_welcome_msg', () => ({ body: { welcome_code: nobodys, text: { content: 'liuliang' } } })),
  },
  {
    key: 'tags',
    name: words('企业标签', 'Corp tags'),
    purpose: words('标签双向同步', 'tags in both directions'),
    isCore: true,
    hangsOn: 'contacts',
    place: contactPlace('客户 → 企业标签', 'Customers → Corp tags'),
    // One tag that does not exist instead of the whole library of up to ten thousand.
    probe: probe('externalcontact/get_corp_tag_list', () => ({ body: { tag_id: [nobodys] } })),
  },
  {
    key: 'media',
    name: words('素材', 'Files'),
    purpose: words('欢迎语与群发里的图片、视频、文件', 'pictures, films and files in messages'),
    isCore: true,
    place: words(
      '素材接口对所有自建应用开放：确认 Secret 是自建应用的。',
      'Files are open to every self-built app: see that the secret is one of such an app.',
    ),
    // A file that never was: 40007.
    probe: probe('media/get', () => ({ query: { media_id: nobodys } })),
  },
  {
    key: 'groups',
    name: words('客户群', 'Customer groups'),
    purpose: words('群、群成员、进退群', 'groups, their members, who came and went'),
    hangsOn: 'contacts',
    place: contactPlace('客户群', 'Customer groups'),
    probe: probe('externalcontact/groupchat/list', ({ member }) => ({ body: { limit: 1, owner_filter: { userid_list: [member] } } })),
  },
  {
    key: 'group_join_ways',
    name: words('群活码', 'Group join codes'),
    purpose: words('扫码进群，满了自动建新群', 'codes that lead into groups'),
    hangsOn: 'groups',
    place: contactPlace('客户群 → 加入群聊', 'Customer groups → Join ways'),
    probe: probe('externalcontact/groupchat/get_join_way', () => ({ body: { config_id: nobodys } })),
  },
  {
    key: 'group_welcome',
    name: words('入群欢迎语', 'Group welcomes'),
    purpose: words('入群欢迎语素材', 'templates that greet whoever joins'),
    hangsOn: 'groups',
    place: contactPlace('客户群 → 入群欢迎语', 'Customer groups → Group welcomes'),
    probe: probe('externalcontact/group_welcome_template/get', () => ({ body: { template_id: nobodys } })),
  },
  {
    key: 'mass_messages',
    name: words('客户群发', 'Mass messages'),
    purpose: words('把消息交给员工确认后发给客户或客户群', 'messages that members confirm'),
    hangsOn: 'contacts',
    place: contactPlace('群发工具', 'Mass messages'),
    probe: probe('externalcontact/get_groupmsg_list_v2', (facts) => ({ body: { chat_type: 'single', ...dayBack(facts), limit: 1 } })),
  },
  {
    key: 'moments',
    name: words('客户朋友圈', 'Moments'),
    purpose: words('企业与员工发表到客户朋友圈', 'moments of the company and of members'),
    hangsOn: 'contacts',
    place: contactPlace('客户朋友圈', 'Moments'),
    probe: probe('externalcontact/get_moment_list', (facts) => ({ body: { ...dayBack(facts), limit: 1 } })),
  },
  {
    key: 'handover',
    name: words('在职继承', 'Handover in service'),
    purpose: words('把客户交给在职同事', 'customers to a colleague'),
    hangsOn: 'contacts',
    place: contactPlace('在职继承', 'Handover in service'),
    // Results of a handover that never was: WeCom does not know the second member.
    probe: probe('externalcontact/transfer_result', ({ member }) => ({ body: { handover_userid: member, takeover_userid: nobodys } })),
  },
  {
    key: 'handover_resigned',
    name: words('离职继承', 'Handover after leaving'),
    purpose: words('分配离职员工的客户与群', 'customers of those who left'),
    hangsOn: 'handover',
    place: contactPlace('离职继承', 'Handover after leaving'),
    probe: probe(
      'externalcontact/get_unassigned_list',
      () => ({ body: { page_size: 1 } }),
      ({ info = [] }) => ({ state: 'ok', details: { waiting: info.length } }),
    ),
  },
  {
    key: 'acquisition',
    name: words('获客助手', 'Acquisition links'),
    purpose: words('获客链接与剩余额度', 'links that add friends, and their quota'),
    place: words(
      '在企业微信管理后台「客户联系 → 获客助手 → 可调用接口的应用」中勾选此应用（与客户联系的勾选是两处）。',
      'In WeCom’s admin console tick this app under “Customer Contact → Acquisition links → Apps allowed to call”; it is a tick of its own.',
    ),
    absences: {
      not_bought: {
        message: words('还没有获客额度', 'There is no quota for acquisition links'),
        fix: words(
          '在「客户联系 → 获客助手」领取试用额度或购买；不用获客链接可以不管。',
          'Take the trial or buy quota under “Customer Contact → Acquisition links”; nothing to do if links are not wanted.',
        ),
      },
      used_up: {
        message: words('获客额度已用完，链接加不了新客户', 'The quota is used up; links add nobody'),
        fix: words('在「客户联系 → 获客助手」购买额度。', 'Buy quota under “Customer Contact → Acquisition links”.'),
      },
    },
    probe: probe(
      'externalcontact/customer_acquisition_quota',
      () => ({}),
      ({ total = 0, balance = 0, quota_list = [] }) => {
        const details = { total, balance, quotas: quota_list.map(({ expire_date, balance }) => ({ expiresAt: expire_date, balance })) }
        if (total === 0) return { state: 'absent', reason: 'not_bought', details }
        return balance === 0 ? { state: 'refused', reason: 'used_up', details } : { state: 'ok', details }
      },
    ),
  },
  {
    key: 'product_album',
    name: words('商品图册', 'Product album'),
    purpose: words('聊天里发商品', 'products in chats'),
    hangsOn: 'contacts',
    place: contactPlace('聊天工具 → 商品图册', 'Chat tools → Product album'),
    probe: probe('externalcontact/get_product_album_list', () => ({ body: { limit: 1 } })),
  },
  {
    key: 'intercept_words',
    name: words('敏感词', 'Sensitive words'),
    purpose: words('员工发出敏感词时提醒或拦截', 'warns or stops members'),
    hangsOn: 'contacts',
    place: contactPlace('聊天工具 → 敏感词', 'Chat tools → Sensitive words'),
    probe: probe('externalcontact/get_intercept_rule_list', () => ({})),
  },
  {
    key: 'user_figures',
    name: words('联系客户统计', 'Statistics of members'),
    purpose: words('员工每天的聊天数与新增客户', 'chats and new customers by day'),
    hangsOn: 'contacts',
    place: contactPlace('数据统计', 'Statistics'),
    probe: probe('externalcontact/get_user_behavior_data', ({ member, yesterday }) => ({
      body: { userid: [member], start_time: yesterday, end_time: yesterday },
    })),
  },
  {
    key: 'group_figures',
    name: words('群聊统计', 'Statistics of groups'),
    purpose: words('客户群每天的人数与消息', 'people and messages by day'),
    hangsOn: 'user_figures',
    place: contactPlace('数据统计', 'Statistics'),
    probe: probe('externalcontact/groupchat/statistic', ({ member, yesterday }) => ({
      body: { day_begin_time: yesterday, owner_filter: { userid_list: [member] }, limit: 1 },
    })),
  },
  {
    key: 'customer_strategies',
    name: words('客户规则组', 'Rule groups of customers'),
    purpose: words('规则组与规则组标签', 'rule groups and their tags'),
    hangsOn: 'contacts',
    place: contactPlace('权限配置 → 规则组', 'Permissions → Rule groups'),
    probe: probe('externalcontact/customer_strategy/list', () => ({ body: { limit: 1 } })),
  },
  {
    key: 'moment_strategies',
    name: words('朋友圈规则组', 'Rule groups of moments'),
    purpose: words('谁可以发表、谁可以看数据', 'who may publish and see figures'),
    hangsOn: 'contacts',
    place: contactPlace('客户朋友圈 → 权限配置', 'Moments → Permissions'),
    probe: probe('externalcontact/moment_strategy/list', () => ({ body: { limit: 1 } })),
  },
  {
    key: 'app_messages',
    name: words('应用消息', 'App messages'),
    purpose: words('给员工发提醒与卡片', 'reminders and cards to employees'),
    place: words(
      '确认 AgentId 与 Secret 属于同一个自建应用，且应用已启用（「应用管理 → 应用」）。',
      'See that AgentId and secret belong to the same self-built app and that it is enabled (“App Management → the app”).',
    ),
    needsAgentId: true,
    // How many were sent today: asks for the same right as sending and reaches nobody.
    probe: probe(
      'message/get_statistics',
      () => ({ body: { time_type: 0 } }),
      ({ statistics = [] }, { agentId }) => ({
        state: 'ok',
        details: { sentToday: statistics.filter(({ agentid }) => agentid === agentId).reduce((sum, { count = 0 }) => sum + count, 0) },
      }),
    ),
  },
  {
    key: 'jssdk_corp',
    name: words('JS-SDK（企业）', 'JS-SDK (company)'),
    purpose: words('侧边栏与 H5 页面的 wx.config', 'wx.config of pages beside chats'),
    place: words(
      '在「应用管理 → 应用 → 网页授权及 JS-SDK」中开启。',
      'Turn it on under “App Management → the app → Web authorisation and JS-SDK”.',
    ),
    absences: domainAbsences,
    probe: probe('get_jsapi_ticket', () => ({}), underTrustedDomain),
  },
  {
    key: 'jssdk_agent',
    name: words('JS-SDK（应用）', 'JS-SDK (app)'),
    purpose: words('侧边栏里读取当前客户的 agentConfig', 'agentConfig, which knows the customer beside the chat'),
    place: words(
      '在「应用管理 → 应用 → 网页授权及 JS-SDK」中开启。',
      'Turn it on under “App Management → the app → Web authorisation and JS-SDK”.',
    ),
    absences: domainAbsences,
    probe: probe('ticket/get', () => ({ query: { type: 'agent_config' } }), underTrustedDomain),
  },
  {
    key: 'login',
    name: words('扫码登录', 'Login'),
    purpose: words('员工用企业微信登录留量', 'employees log in with WeCom'),
    place: words(
      '在「应用管理 → 应用 → 企业微信授权登录」中开启网页并填写可信域名。',
      'Turn it on under “App Management → the app → Login with WeCom” and enter the trusted domain.',
    ),
    needsAgentId: true,
    absences: domainAbsences,
    // A code that nobody was given: 40029.
    onRefusedParameter: underTrustedDomain,
    probe: probe('auth/getuserinfo', () => ({ query: { code: nobodys } })),
  },
  {
    key: 'customer_service',
    name: words('微信客服', 'WeChat customer service'),
    purpose: words('在微信里接待咨询', 'answering people in WeChat'),
    place: words(
      '在企业微信管理后台「应用管理 → 微信客服 → API → 可调用接口的应用」中勾选此应用。',
      'In WeCom’s admin console tick this app under “App Management → WeChat customer service → API → Apps allowed to call”.',
    ),
    probe: probe(
      'kf/account/list',
      () => ({ body: { offset: 0, limit: 1 } }),
      ({ account_list = [] }) => ({ state: 'ok', details: { accounts: account_list.length } }),
    ),
  },
  {
    key: 'archive',
    name: words('会话内容存档', 'Archive of talks'),
    purpose: words('留存并检索聊天记录', 'keeping and searching talks'),
    place: words(
      '会话存档是付费功能，使用单独的 Secret：在「管理工具 → 会话内容存档」开通并取得 Secret，再到「会话存档」页填写；不用可以不管。',
      'The archive is paid for and has a secret of its own: turn it on under “Management Tools → Chat archive”, then enter its secret on the archive page. Nothing to do if it is not wanted.',
    ),
    hasOwnSecret: true,
    refusals: {
      301052: words(
        '会话内容存档服务已到期：在「管理工具 → 会话内容存档」续费。',
        'The archive has ended: renew it under “Management Tools → Chat archive”.',
      ),
      301053: words(
        '企业还没有开通会话内容存档：在「管理工具 → 会话内容存档」开通并选定成员。',
        'The archive is not turned on: do so under “Management Tools → Chat archive” and choose its members.',
      ),
      40001: words(
        '会话存档的 Secret 不正确或已重置：在「管理工具 → 会话内容存档」重新查看，再到「会话存档」页更新。',
        'The archive’s secret is wrong or was reset: look it up under “Management Tools → Chat archive” and update it on the archive page.',
      ),
      48002: words(
        '填写的不是会话存档的 Secret：在「管理工具 → 会话内容存档」查看，再到「会话存档」页更新。',
        'This is not the archive’s secret: look it up under “Management Tools → Chat archive” and update it on the archive page.',
      ),
      301042: words(
        '在「管理工具 → 会话内容存档 → 可信 IP」中加入 {ip}。',
        'Add {ip} under “Management Tools → Chat archive → Trusted IPs”.',
      ),
    },
    probe: probe(
      'msgaudit/get_permit_user_list',
      () => ({ body: {} }),
      ({ ids = [] }) => ({ state: 'ok', details: { members: ids.length } }),
    ),
  },
  {
    key: 'id_conversion',
    name: words('ID 转换', 'Id conversion'),
    purpose: words('用 unionid 认出同一个人', 'knows one person by the unionid'),
    hangsOn: 'contacts',
    place: contactPlace('客户', 'Customers'),
    refusals: {
      610016: words(
        '此接口仅对已认证企业开放：在「我的企业 → 企业信息」完成企业认证。',
        'Open to verified companies only: verify under “My Company → Company Information”.',
      ),
    },
    absentOn: [610016],
    // A unionid that nobody has: an answer without an external user id, or 610014.
    probe: probe('idconvert/unionid_to_external_userid', () => ({ body: { unionid: nobodys, openid: nobodys, subject_type: 0 } })),
  },
]

const byKey = new Map(capabilities.map((one) => [one.key, one]))
export const capabilityOf = (key: string): Capability | undefined => byKey.get(key)
