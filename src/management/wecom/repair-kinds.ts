/** Everything a comparison puts right, or takes back because WeCom refused it. Safe for a browser. */
export const repairKinds = {
  department_missing: { zh: '补上部门', en: 'Department added' },
  department_gone: { zh: '部门已不在', en: 'Department is gone' },
  department_details: { zh: '改正部门资料', en: 'Department corrected' },
  employee_missing: { zh: '补上员工', en: 'Employee added' },
  employee_details: { zh: '改正员工资料', en: 'Employee corrected' },
  employee_gone: { zh: '员工已离开', en: 'Employee has left' },
  follow_missing: { zh: '补上好友关系', en: 'Friendship added' },
  follow_gone: { zh: '好友关系已结束', en: 'Friendship has ended' },
  details: { zh: '改正备注与描述', en: 'Remark and description corrected' },
  tags: { zh: '改正客户标签', en: 'Tags of the customer corrected' },
  tags_of_corp: { zh: '改正企业标签', en: 'Corp tags corrected' },
  tag_change_refused: { zh: '标签改动被企业微信退回', en: 'WeCom refused a change of a tag' },
  group_missing: { zh: '补上客户群', en: 'Group added' },
  link_customers: { zh: '补上获客链接客户', en: 'Customers of a link corrected' },
  link_details: { zh: '改正获客链接', en: 'Acquisition link corrected' },
  link_gone: { zh: '获客链接已删除', en: 'Acquisition link was deleted' },
  link_missing: { zh: '补上获客链接', en: 'Acquisition link added' },
  group_gone: { zh: '客户群已解散', en: 'Group was dismissed' },
  group_details: { zh: '改正群资料', en: 'Group corrected' },
  group_members: { zh: '改正群成员', en: 'Group members corrected' },
} as const

export type RepairKind = keyof typeof repairKinds
export const isRepairKind = (kind: string): kind is RepairKind => kind in repairKinds
