/** What the product does about a code of WeCom; the table below is the only place that decides it. */
export type Reaction =
  /** Busy: again in a moment, if repeating is harmless. */
  | 'retry'
  /** Drop this token, fetch one, try once more. */
  | 'refresh_token'
  /** This api of this corp rests for the window that was exceeded. */
  | 'back_off'
  /** Fewer calls at a time. */
  | 'slow_down'
  /** Somebody must set something up: `fix` says what. */
  | 'configure'
  /** We sent something wrong; errmsg names the field. */
  | 'fix_request'
  /** This person or group is out of reach; nothing is wrong with the rest. */
  | 'skip_item'
  /** There is nothing. */
  | 'empty'
  /** Upload the file again, then once more. */
  | 'upload_again'
  | 'restart_login'
  | 'restart_paging'
  /** Another app is greeting: again within the twenty seconds. */
  | 'retry_welcome'
  /** Too late or done already. */
  | 'stop'
  /** Read the tags again, then decide. */
  | 'sync_tags'
  /** Shown to the user as it is. */
  | 'tell'

export type ErrorCode = { code: number; meaning: string; reaction: Reaction; fix?: string }

const visibleRange = '在企业微信管理后台把该成员加入应用的可见范围（应用管理 → 应用 → 可见范围），并在「客户联系」中开启其权限。'
const permission = '在「客户联系 → 客户 → API → 可调用接口的应用」中勾选此应用；会话存档、微信客服等接口须使用各自的 Secret。'

/** Codes of doc 90313 as far as this product meets them. */
const table: ErrorCode[] = [
  { code: -1, meaning: 'system busy', reaction: 'retry' },
  { code: 6000, meaning: 'data version conflict', reaction: 'retry' },
  // What the archive's native library answers.
  { code: 10000, meaning: 'bad parameter for the archive library', reaction: 'fix_request' },
  { code: 10001, meaning: 'archive library: no network', reaction: 'retry' },
  { code: 10002, meaning: 'archive library: the answer was broken', reaction: 'retry' },
  { code: 10003, meaning: 'archive library: failed on the other side', reaction: 'retry' },
  {
    code: 40001,
    meaning: 'bad secret or credential',
    reaction: 'refresh_token',
    fix: '应用 Secret 不正确或已重置：在管理后台重新查看 Secret 并更新。连续错误会使出口 IP 被封一小时。',
  },
  { code: 40003, meaning: 'bad userid', reaction: 'skip_item' },
  { code: 40004, meaning: 'bad media type', reaction: 'fix_request' },
  { code: 40005, meaning: 'bad file type', reaction: 'fix_request' },
  { code: 40006, meaning: 'bad file size', reaction: 'fix_request' },
  { code: 40007, meaning: 'media_id bad or expired after three days', reaction: 'upload_again' },
  { code: 40009, meaning: 'bad image size', reaction: 'fix_request' },
  { code: 40011, meaning: 'bad video size', reaction: 'fix_request' },
  { code: 40013, meaning: 'bad corpid', reaction: 'configure', fix: '企业 ID（CorpID）不正确：在「我的企业 → 企业信息」底部复制。' },
  { code: 40014, meaning: 'bad access_token', reaction: 'refresh_token' },
  { code: 40029, meaning: 'oauth code used or older than five minutes', reaction: 'restart_login' },
  { code: 40033, meaning: 'bad request character', reaction: 'fix_request' },
  { code: 40035, meaning: 'bad parameter', reaction: 'fix_request' },
  { code: 40056, meaning: 'bad agentid', reaction: 'configure', fix: 'AgentId 与 Secret 不属于同一个应用：在应用详情页核对。' },
  { code: 40058, meaning: 'bad parameter', reaction: 'fix_request' },
  { code: 40063, meaning: 'empty parameter', reaction: 'fix_request' },
  { code: 40068, meaning: 'bad tag id', reaction: 'sync_tags' },
  { code: 40071, meaning: 'tag name exists', reaction: 'sync_tags' },
  { code: 40072, meaning: 'tag name length', reaction: 'fix_request' },
  {
    code: 40093,
    meaning: 'bad jsapi signature',
    reaction: 'configure',
    fix: '检查签名所用的 ticket（企业或应用）以及网址（不含 # 之后的部分）。',
  },
  { code: 40096, meaning: 'external_userid of another subject or out of range', reaction: 'skip_item' },
  { code: 40097, meaning: 'the former owner has not left', reaction: 'skip_item' },
  { code: 40098, meaning: 'member has no real name', reaction: 'skip_item' },
  { code: 40099, meaning: 'the taker has too many customers', reaction: 'skip_item' },
  { code: 40100, meaning: 'already being transferred', reaction: 'skip_item' },
  { code: 40123, meaning: 'bad image', reaction: 'fix_request' },
  { code: 40126, meaning: 'too many tags in the corp', reaction: 'tell' },
  { code: 40128, meaning: 'transferred too often in 90 days', reaction: 'skip_item' },
  { code: 40129, meaning: 'already being transferred', reaction: 'skip_item' },
  { code: 40130, meaning: 'giver and taker are the same', reaction: 'fix_request' },
  { code: 40131, meaning: 'the giver does not serve this customer', reaction: 'skip_item' },
  { code: 41001, meaning: 'access_token missing', reaction: 'refresh_token' },
  { code: 41005, meaning: 'media missing', reaction: 'fix_request' },
  { code: 41035, meaning: 'external_userid missing', reaction: 'fix_request' },
  { code: 41041, meaning: 'more than 100 people behind a contact way', reaction: 'fix_request' },
  { code: 41044, meaning: 'unknown contact way', reaction: 'skip_item' },
  { code: 41045, meaning: 'too many contact ways', reaction: 'tell' },
  { code: 41047, meaning: 'unknown mass message', reaction: 'skip_item' },
  { code: 41048, meaning: 'no customer can receive it', reaction: 'empty' },
  { code: 41049, meaning: 'welcome code missing', reaction: 'stop' },
  { code: 41050, meaning: 'welcome code unknown or older than 20 seconds', reaction: 'stop' },
  { code: 41051, meaning: 'welcomed already or conversation started', reaction: 'stop' },
  { code: 41053, meaning: 'customer has not agreed to archiving', reaction: 'stop' },
  { code: 41054, meaning: 'member not activated', reaction: 'skip_item' },
  { code: 41055, meaning: 'too many group welcome templates', reaction: 'tell' },
  { code: 41056, meaning: 'customer of another kind: only WeChat users have an open id', reaction: 'skip_item' },
  {
    code: 41057,
    meaning: 'no WeChat developer account bound',
    reaction: 'configure',
    fix: '在「客户联系 → 客户 → API」中绑定微信开发者帐号后才能取得 unionid。',
  },
  { code: 41058, meaning: 'group welcome template of another app', reaction: 'tell' },
  { code: 41059, meaning: 'moment_id missing', reaction: 'fix_request' },
  { code: 41060, meaning: 'unknown moment', reaction: 'skip_item' },
  { code: 41061, meaning: 'this member has no part in the moment', reaction: 'skip_item' },
  { code: 41062, meaning: 'not published by this member yet', reaction: 'empty' },
  { code: 41063, meaning: 'mass message being dispatched', reaction: 'retry' },
  { code: 41064, meaning: 'too many attachments', reaction: 'fix_request' },
  { code: 41065, meaning: 'bad kind of attachment', reaction: 'fix_request' },
  { code: 41066, meaning: 'bad name of a channels account', reaction: 'fix_request' },
  { code: 41067, meaning: 'moment of another kind: a member posted it, or the company did', reaction: 'fix_request' },
  { code: 41068, meaning: 'too many or too long intercept words', reaction: 'fix_request' },
  { code: 41069, meaning: 'too many intercept rules', reaction: 'tell' },
  { code: 41070, meaning: 'rule_id missing', reaction: 'fix_request' },
  { code: 41071, meaning: 'unknown intercept rule', reaction: 'skip_item' },
  { code: 41072, meaning: 'file uploaded for another purpose', reaction: 'upload_again' },
  { code: 41073, meaning: 'product refused', reaction: 'fix_request' },
  { code: 41074, meaning: 'product refused', reaction: 'fix_request' },
  { code: 41075, meaning: 'product refused', reaction: 'fix_request' },
  { code: 41078, meaning: 'too many moments being made at once', reaction: 'tell' },
  { code: 41079, meaning: 'moment being dispatched', reaction: 'retry' },
  { code: 41080, meaning: 'attachment too large', reaction: 'fix_request' },
  { code: 41081, meaning: 'picture of a bad resolution', reaction: 'fix_request' },
  { code: 41082, meaning: 'video of a bad duration', reaction: 'fix_request' },
  { code: 41085, meaning: 'product refused', reaction: 'fix_request' },
  { code: 41086, meaning: 'product refused', reaction: 'fix_request' },
  { code: 41087, meaning: 'product refused', reaction: 'fix_request' },
  { code: 41088, meaning: 'product refused', reaction: 'fix_request' },
  { code: 41089, meaning: 'moment without text and attachments', reaction: 'fix_request' },
  { code: 41090, meaning: 'video is no mp4', reaction: 'fix_request' },
  { code: 41091, meaning: 'more than five groups in a join way', reaction: 'fix_request' },
  { code: 41093, meaning: 'mass message already cancelled', reaction: 'stop' },
  { code: 41094, meaning: 'reminded three times in a day', reaction: 'tell' },
  { code: 41095, meaning: 'too many acquisition links', reaction: 'tell' },
  { code: 41096, meaning: 'another app is sending the welcome', reaction: 'retry_welcome' },
  { code: 42001, meaning: 'access_token expired', reaction: 'refresh_token' },
  { code: 42012, meaning: 'wrong kind of ticket', reaction: 'configure', fix: 'wx.config 用企业 ticket，agentConfig 用应用 ticket。' },
  { code: 42022, meaning: 'oauth code used', reaction: 'restart_login' },
  { code: 43001, meaning: 'must be GET', reaction: 'fix_request' },
  { code: 43002, meaning: 'must be POST', reaction: 'fix_request' },
  { code: 43004, meaning: 'member not bound to WeChat', reaction: 'tell' },
  { code: 45001, meaning: 'file too large', reaction: 'fix_request' },
  { code: 45002, meaning: 'message too long', reaction: 'fix_request' },
  { code: 45009, meaning: 'api rate limit', reaction: 'back_off' },
  { code: 45033, meaning: 'too many calls at the same time', reaction: 'slow_down' },
  { code: 48001, meaning: 'api not authorised', reaction: 'configure', fix: permission },
  { code: 48002, meaning: 'api not allowed for this secret', reaction: 'configure', fix: permission },
  { code: 48005, meaning: 'api withdrawn by WeCom', reaction: 'tell' },
  {
    code: 48006,
    meaning: 'permission withdrawn because the app was not used',
    reaction: 'configure',
    fix: '应用因长期未使用被收回接口权限，请管理员在后台重新启用该应用。',
  },
  {
    code: 50001,
    meaning: 'redirect domain not trusted',
    reaction: 'configure',
    fix: '在应用的「网页授权及 JS-SDK」中设置可信域名，端口也须一致。',
  },
  { code: 50002, meaning: 'member out of range', reaction: 'configure', fix: visibleRange },
  { code: 50003, meaning: 'app disabled', reaction: 'configure', fix: '应用已停用：在「应用管理」中重新启用。' },
  { code: 50100, meaning: 'bad cursor', reaction: 'restart_paging' },
  { code: 60003, meaning: 'department not found', reaction: 'skip_item' },
  { code: 60004, meaning: 'parent department not found', reaction: 'fix_request' },
  { code: 60005, meaning: 'department still has members', reaction: 'tell' },
  { code: 60006, meaning: 'department still has departments below', reaction: 'tell' },
  { code: 60008, meaning: 'department exists', reaction: 'tell' },
  { code: 60011, meaning: 'no privilege for this member or department', reaction: 'configure', fix: visibleRange },
  { code: 60020, meaning: 'ip not allowed', reaction: 'configure', fix: '在应用的「企业可信 IP」中加入出口 IP，约一分钟后生效。' },
  { code: 60102, meaning: 'userid exists', reaction: 'tell' },
  { code: 60104, meaning: 'mobile exists', reaction: 'tell' },
  { code: 60106, meaning: 'e-mail exists', reaction: 'tell' },
  { code: 60111, meaning: 'unknown userid or out of visible range', reaction: 'skip_item' },
  { code: 60123, meaning: 'bad department', reaction: 'fix_request' },
  { code: 60136, meaning: 'record not found', reaction: 'empty' },
  { code: 81011, meaning: 'tag of another app', reaction: 'sync_tags' },
  { code: 81013, meaning: 'every receiver is invalid', reaction: 'skip_item' },
  { code: 81017, meaning: 'too many in scope: add an owner filter', reaction: 'fix_request' },
  { code: 82001, meaning: 'no receiver given', reaction: 'fix_request' },
  { code: 84014, meaning: 'login ticket expired', reaction: 'restart_login' },
  { code: 84015, meaning: 'login ticket bad', reaction: 'restart_login' },
  { code: 84061, meaning: 'no customer relation', reaction: 'empty' },
  { code: 84074, meaning: 'no permission', reaction: 'configure', fix: permission },
  { code: 84083, meaning: 'member without the customer contact function', reaction: 'configure', fix: visibleRange },
  { code: 84084, meaning: 'no customer relation', reaction: 'empty' },
  { code: 90500, meaning: 'the group owner has not left', reaction: 'skip_item' },
  { code: 90501, meaning: 'not a customer group', reaction: 'skip_item' },
  { code: 90502, meaning: 'the group owner has left', reaction: 'skip_item' },
  { code: 90503, meaning: 'the group is full: its owner must confirm in the client', reaction: 'tell' },
  { code: 90504, meaning: 'group owner unchanged', reaction: 'skip_item' },
  { code: 90505, meaning: 'group cannot be transferred', reaction: 'skip_item' },
  { code: 90506, meaning: 'group cannot be transferred', reaction: 'skip_item' },
  { code: 90507, meaning: 'the leaver’s group is on its way already', reaction: 'skip_item' },
  { code: 90508, meaning: 'the leaver’s group has been handed over', reaction: 'skip_item' },
  { code: 95000, meaning: 'bad open_kfid', reaction: 'fix_request' },
  { code: 95001, meaning: 'five messages already since the customer wrote', reaction: 'stop' },
  { code: 95002, meaning: '48 hours over since the customer wrote', reaction: 'stop' },
  { code: 95003, meaning: 'too many customers in service', reaction: 'tell' },
  { code: 95004, meaning: 'no such customer service account', reaction: 'skip_item' },
  { code: 95005, meaning: 'too many customer service accounts', reaction: 'tell' },
  { code: 95006, meaning: 'bad name of a customer service account', reaction: 'fix_request' },
  { code: 95007, meaning: 'bad token of sync_msg', reaction: 'restart_paging' },
  { code: 95008, meaning: 'too many menu items', reaction: 'fix_request' },
  { code: 95009, meaning: 'bad kind of menu item', reaction: 'fix_request' },
  { code: 95013, meaning: 'conversation ended', reaction: 'stop' },
  { code: 95014, meaning: 'not a servicer', reaction: 'configure', fix: '先把成员加为该客服帐号的接待人员。' },
  { code: 95016, meaning: 'illegal change of the conversation state', reaction: 'stop' },
  { code: 95018, meaning: 'not sendable in this state', reaction: 'stop' },
  { code: 99434, meaning: 'cursor older than four hours', reaction: 'restart_paging' },
  { code: 99445, meaning: 'temporary id older than four hours', reaction: 'restart_paging' },
  { code: 301002, meaning: 'app not yours', reaction: 'configure', fix: '该资源由其他应用创建，只能由创建它的应用修改。' },
  { code: 301042, meaning: 'ip not allowed', reaction: 'configure', fix: '在会话存档设置中加入出口 IP，约一分钟后生效。' },
  { code: 301048, meaning: 'archived file unknown or older than three days', reaction: 'skip_item' },
  { code: 301052, meaning: 'archive expired', reaction: 'configure', fix: '会话内容存档服务已到期，请续费。' },
  { code: 301053, meaning: 'archive not enabled', reaction: 'configure', fix: '在管理后台开启会话内容存档。' },
  { code: 301058, meaning: 'ask for fewer messages', reaction: 'fix_request' },
  { code: 301059, meaning: 'not an inner group', reaction: 'skip_item' },
  { code: 301060, meaning: 'more than a hundred people asked about at once', reaction: 'fix_request' },
  { code: 301061, meaning: 'no such member or customer', reaction: 'skip_item' },
  { code: 600018, meaning: 'bad time range', reaction: 'fix_request' },
  { code: 610014, meaning: 'unionid unknown', reaction: 'skip_item' },
  { code: 610015, meaning: 'unionid of another subject', reaction: 'skip_item' },
  { code: 610016, meaning: 'corp not verified', reaction: 'configure', fix: '此接口仅对已认证企业开放，请先完成企业认证。' },
  { code: 701008, meaning: 'no interoperability licence', reaction: 'tell' },
]

const byCode = new Map(table.map((row) => [row.code, row]))

/** An unknown code is told as it is: guessing a reaction would hide it. */
export function errorCode(code: number): ErrorCode {
  return byCode.get(code) ?? { code, meaning: 'unknown code', reaction: 'tell' }
}
