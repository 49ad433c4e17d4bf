import type { Permission } from './permissions.ts'

/** How far somebody sees: whose customers. */
export const dataScopes = ['self', 'department', 'department_and_below', 'all', 'chosen'] as const

export type DataScope = (typeof dataScopes)[number]

/** A role that every company has. Its row in `roles` only gives it an id; a new version may improve what it holds. */
export type Preset = { zh: string; en: string; permissions: readonly (Permission | '*')[]; home: string; scope: DataScope }

const watching: Permission[] = [
  'overview.read',
  'customers.read',
  'tags.read',
  'channels.read',
  'live_codes.read',
  'acquisition_links.read',
  'groups.read',
  'tasks.read',
  'experiments.read',
  'messages.read',
  'reports.read',
  'segments.read',
  'journeys.read',
  'files.read',
  'team.read',
]
const customers: Permission[] = ['customers.write', 'tags.write', 'orders.read']

export const presets = {
  owner: { zh: '所有者', en: 'Owner', permissions: ['*'], home: '/', scope: 'all' },
  decision_maker: {
    zh: '决策者',
    en: 'Decision maker',
    permissions: [...watching, 'messages.approve', 'messages.stop', 'orders.read', 'events.read', 'settings.read'],
    home: '/',
    scope: 'all',
  },
  lead_operator: {
    zh: '操盘手',
    en: 'Lead operator',
    permissions: [
      ...watching,
      ...customers,
      'phone.reveal',
      'channels.write',
      'live_codes.write',
      'acquisition_links.write',
      'groups.write',
      'tasks.write',
      'tasks.assign',
      'experiments.write',
      'messages.write',
      'messages.approve',
      'messages.stop',
      'orders.write',
      'reports.write',
      'segments.write',
      'journeys.write',
      'imports.read',
      'imports.write',
      'exports.read',
      'exports.write',
      'files.write',
      'events.read',

      'settings.read',
      'wecom.read',
    ],
    home: '/',
    scope: 'all',
  },
  growth_operator: {
    zh: '流量运营',
    en: 'Growth operator',
    permissions: [
      ...watching,
      'channels.write',
      'live_codes.write',
      'acquisition_links.write',
      'tasks.write',
      'tasks.assign',
      'tags.write',
      'files.write',
      'reports.write',
      'segments.write',
      'journeys.write',
      'events.read',
    ],
    home: '/live-codes',
    scope: 'all',
  },
  community_operator: {
    zh: '社群运营',
    en: 'Community operator',
    permissions: [
      ...watching,
      ...customers,
      'groups.write',
      'tasks.write',
      'tasks.assign',
      'messages.write',
      'messages.stop',
      'experiments.write',
      'segments.write',
      'files.write',
    ],
    home: '/customers',
    scope: 'all',
  },
  content_operator: {
    zh: '内容运营',
    en: 'Content operator',
    permissions: [...watching, 'messages.write', 'messages.stop', 'files.write', 'live_codes.write', 'tasks.write', 'reports.write'],
    home: '/live-codes',
    scope: 'all',
  },
  user_operator: {
    zh: '用户运营',
    en: 'User operator',
    permissions: [
      ...watching,
      ...customers,
      'tasks.write',
      'tasks.assign',
      'messages.write',
      'messages.stop',
      'reports.write',
      'segments.write',
      'journeys.write',
      'imports.read',
      'imports.write',
      'exports.read',
      'exports.write',
      'files.write',
      'events.read',
    ],
    home: '/customers',
    scope: 'all',
  },
  designer: {
    zh: '设计师',
    en: 'Designer',
    permissions: ['overview.read', 'live_codes.read', 'acquisition_links.read', 'channels.read', 'files.read', 'files.write', 'team.read'],
    home: '/live-codes',
    scope: 'self',
  },
  technician: {
    zh: '技术后台',
    en: 'Technician',
    permissions: [
      'team.read',

      'settings.read',
      'settings.write',
      'wecom.read',
      'wecom.write',
      'webhooks.read',
      'webhooks.write',
      'api_keys.read',
      'api_keys.write',
      'events.read',
      'events.write',
      'tracking.write',
      'operations.read',
      'operations.write',
      'imports.read',
      'imports.write',
      'files.read',
      'files.write',
      'tags.read',
      'channels.read',
    ],
    home: '/wecom',
    scope: 'self',
  },
  employee: {
    zh: '员工',
    en: 'Employee',
    permissions: [
      'customers.read',
      'customers.write',
      'tags.read',
      'orders.read',
      'live_codes.read',
      'acquisition_links.read',
      'groups.read',
      'channels.read',
      'tasks.read',
      'tasks.write',
      // Not reports.read: that also opens what is known of the whole company.
      'employee_board.read',
      'files.read',
      'files.write',
    ],
    home: '/customers',
    scope: 'self',
  },
  auditor: {
    zh: '审计员',
    en: 'Auditor',
    permissions: [
      ...watching,
      'orders.read',
      'imports.read',
      'exports.read',
      'events.read',

      'settings.read',
      'wecom.read',
      'webhooks.read',
      'api_keys.read',
      'operations.read',
      'archive.read',
      'audit.read',
    ],
    home: '/audit',
    scope: 'all',
  },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof presets

type RoleRow = { preset: string | null; name: string | null; permissions: string[]; home: string; scope: string }

/** A role as it counts: a preset from the program, a custom one from its row. A preset of a newer version holds nothing here. */
export function roleFacts(
  row: RoleRow,
  language: 'zh' | 'en' = 'zh',
): { name: string; permissions: readonly string[]; home: string; scope: DataScope } {
  if (row.preset === null) return { name: row.name ?? '', permissions: row.permissions, home: row.home, scope: row.scope as DataScope }
  const preset: Preset | undefined = presets[row.preset as PresetName]
  return preset ? { ...preset, name: preset[language] } : { name: row.preset, permissions: [], home: row.home, scope: 'self' }
}
