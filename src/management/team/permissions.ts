/** Everything a route may ask for. Roles and API keys are made of these names; `*` is all of them, also those to come. */
export const permissionCatalogue = [
  { name: 'overview.read', zh: '查看总览', en: 'See the overview' },
  { name: 'customers.read', zh: '查看客户', en: 'See customers' },
  { name: 'customers.write', zh: '编辑客户', en: 'Edit customers' },
  { name: 'phone.reveal', zh: '查看完整手机号', en: 'See whole phone numbers' },
  { name: 'tags.read', zh: '查看标签', en: 'See tags' },
  { name: 'tags.write', zh: '编辑标签', en: 'Edit tags' },
  { name: 'channels.read', zh: '查看渠道', en: 'See channels' },
  { name: 'channels.write', zh: '编辑渠道', en: 'Edit channels' },
  { name: 'live_codes.read', zh: '查看活码', en: 'See live codes' },
  { name: 'live_codes.write', zh: '编辑活码', en: 'Edit live codes' },
  { name: 'acquisition_links.read', zh: '查看获客链接', en: 'See acquisition links' },
  { name: 'acquisition_links.write', zh: '编辑获客链接', en: 'Edit acquisition links' },
  { name: 'groups.read', zh: '查看客户群', en: 'See groups' },
  { name: 'groups.write', zh: '编辑群活码和群标签', en: 'Edit codes into groups and tags of groups' },
  { name: 'tasks.read', zh: '查看任务', en: 'See tasks' },
  { name: 'tasks.write', zh: '处理任务', en: 'Work on tasks' },
  { name: 'tasks.assign', zh: '分配任务', en: 'Assign tasks' },
  { name: 'experiments.read', zh: '查看实验', en: 'See experiments' },
  { name: 'experiments.write', zh: '编辑实验', en: 'Edit experiments' },
  { name: 'messages.read', zh: '查看群发与朋友圈', en: 'See messages and moments' },
  { name: 'messages.write', zh: '编辑群发与朋友圈', en: 'Edit messages and moments' },
  { name: 'messages.approve', zh: '审批群发', en: 'Approve messages' },
  { name: 'messages.stop', zh: '紧急停止发送', en: 'Stop sends in an emergency' },
  { name: 'orders.read', zh: '查看订单', en: 'See orders' },
  { name: 'orders.write', zh: '编辑订单', en: 'Edit orders' },
  { name: 'reports.read', zh: '查看报表', en: 'See reports' },
  { name: 'reports.write', zh: '编辑报表', en: 'Edit reports' },
  { name: 'employee_board.read', zh: '查看员工看板', en: 'See the employee board' },
  { name: 'segments.read', zh: '查看人群', en: 'See segments' },
  { name: 'segments.write', zh: '编辑人群', en: 'Edit segments' },
  { name: 'journeys.read', zh: '查看旅程', en: 'See journeys' },
  { name: 'journeys.write', zh: '编辑旅程', en: 'Edit journeys' },
  { name: 'imports.read', zh: '查看导入', en: 'See imports' },
  { name: 'imports.write', zh: '导入数据', en: 'Import data' },
  { name: 'exports.read', zh: '查看导出', en: 'See exports' },
  { name: 'exports.write', zh: '导出数据', en: 'Export data' },
  { name: 'files.read', zh: '查看文件', en: 'See files' },
  { name: 'files.write', zh: '上传文件', en: 'Upload files' },
  { name: 'events.read', zh: '查看事件', en: 'See events' },
  { name: 'events.write', zh: '上报事件', en: 'Send events' },
  { name: 'tracking.write', zh: '编辑埋点方案', en: 'Edit the tracking plan' },
  { name: 'team.read', zh: '查看员工与部门', en: 'See employees and departments' },
  { name: 'team.write', zh: '编辑员工与部门', en: 'Edit employees and departments' },
  { name: 'roles.write', zh: '编辑角色', en: 'Edit roles' },
  { name: 'settings.read', zh: '查看设置', en: 'See settings' },
  { name: 'settings.write', zh: '编辑设置', en: 'Edit settings' },
  { name: 'wecom.read', zh: '查看企业微信接入', en: 'See the WeCom connection' },
  { name: 'wecom.write', zh: '编辑企业微信接入', en: 'Edit the WeCom connection' },
  { name: 'webhooks.read', zh: '查看 Webhook', en: 'See webhooks' },
  { name: 'webhooks.write', zh: '编辑 Webhook', en: 'Edit webhooks' },
  { name: 'api_keys.read', zh: '查看 API 密钥', en: 'See API keys' },
  { name: 'api_keys.write', zh: '编辑 API 密钥', en: 'Edit API keys' },
  { name: 'operations.read', zh: '查看运行状况', en: 'See operations' },
  { name: 'operations.write', zh: '处理死信', en: 'Handle dead letters' },
  { name: 'archive.read', zh: '查看会话存档', en: 'Read the chat archive' },
  { name: 'audit.read', zh: '查看审计日志', en: 'See the audit log' },
] as const

export type Permission = (typeof permissionCatalogue)[number]['name']

const permissionNames: readonly string[] = permissionCatalogue.map(({ name }) => name)

export const isPermission = (name: string): boolean => name === '*' || permissionNames.includes(name)

/** What is in both: a key may do what its scopes say and its employee may. */
export function commonPermissions(one: Iterable<string>, other: Iterable<string>): Set<string> {
  const [left, right] = [new Set(one), new Set(other)]
  if (left.has('*')) return right
  if (right.has('*')) return left
  return left.intersection(right)
}

/** Whether somebody holding `held` may hand out `given`: nobody gives more than they have. */
export function covers(held: Iterable<string>, given: Iterable<string>): boolean {
  const mine = new Set(held)
  return mine.has('*') || new Set(given).isSubsetOf(mine)
}
