import {
  AccountBookOutlined,
  AimOutlined,
  ApartmentOutlined,
  ApiOutlined,
  AppstoreOutlined,
  AuditOutlined,
  BranchesOutlined,
  CalendarOutlined,
  CameraOutlined,
  CheckSquareOutlined,
  CloudSyncOutlined,
  CommentOutlined,
  ContainerOutlined,
  ControlOutlined,
  CrownOutlined,
  DashboardOutlined,
  DeleteOutlined,
  ExperimentOutlined,
  FundOutlined,
  HeartOutlined,
  HeatMapOutlined,
  IdcardOutlined,
  KeyOutlined,
  LineChartOutlined,
  LinkOutlined,
  MergeCellsOutlined,
  NodeIndexOutlined,
  PartitionOutlined,
  ProfileOutlined,
  QrcodeOutlined,
  SafetyOutlined,
  SendOutlined,
  SettingOutlined,
  ShopOutlined,
  ShoppingOutlined,
  SolutionOutlined,
  SwapOutlined,
  TagsOutlined,
  TeamOutlined,
  ThunderboltOutlined,
  UsergroupAddOutlined,
  VideoCameraOutlined,
  WechatWorkOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import { holds } from '#console/api/session.ts'
import type { MessageKey } from '#console/i18n/i18n.ts'
import type { Session } from '#management/team/sessions/schema.ts'

export interface Entry {
  path: string
  name: MessageKey
  icon: ComponentType<{ 'aria-hidden'?: 'true' }>
  /** Who lacks it does not see the entry; the page's own reads are refused by the server anyway. */
  permission?: string
  /** Who holds this has a wider entry that leads there too. */
  unless?: string
  /** One of the four that stay in the thumb bar of a phone. */
  thumb?: boolean
}

export interface Stage {
  name: MessageKey
  entries: Entry[]
}

/** The rail is the closed loop. A stage without entries is not drawn: there is no entry without a page behind it. */
export const loop: Stage[] = [
  {
    name: 'shell.overview',
    entries: [{ path: '/', name: 'shell.overview', icon: DashboardOutlined, permission: 'overview.read', thumb: true }],
  },
  {
    name: 'shell.growth',
    entries: [
      { path: '/live-codes', name: 'liveCodes.title', icon: QrcodeOutlined, permission: 'live_codes.read' },
      { path: '/acquisition-links', name: 'acquisitionLinks.title', icon: LinkOutlined, permission: 'acquisition_links.read' },
      { path: '/channels', name: 'channels.title', icon: BranchesOutlined, permission: 'channels.read' },
    ],
  },
  {
    name: 'shell.operation',
    entries: [
      { path: '/tasks', name: 'tasks.title', icon: CheckSquareOutlined, permission: 'tasks.read' },
      { path: '/follow-ups', name: 'followUps.title', icon: SolutionOutlined, permission: 'tasks.read' },
      { path: '/journeys', name: 'journeys.title', icon: PartitionOutlined, permission: 'journeys.read' },
      { path: '/messages', name: 'outbound.title', icon: SendOutlined, permission: 'messages.read' },
      { path: '/moments', name: 'outbound.moments', icon: CameraOutlined, permission: 'messages.read' },
      { path: '/calendar', name: 'outbound.calendar', icon: CalendarOutlined, permission: 'messages.read' },
      { path: '/groups', name: 'groups.title', icon: CommentOutlined, permission: 'groups.read' },
      { path: '/experiments', name: 'experiments.title', icon: ExperimentOutlined, permission: 'experiments.read' },
      { path: '/send-rules', name: 'outbound.rules', icon: ControlOutlined, permission: 'messages.read' },
    ],
  },
  {
    name: 'shell.conversion',
    entries: [{ path: '/orders', name: 'orders.title', icon: ShoppingOutlined, permission: 'orders.read', thumb: true }],
  },
  {
    name: 'shell.management',
    entries: [
      { path: '/customers', name: 'customers.title', icon: TeamOutlined, permission: 'customers.read', thumb: true },
      { path: '/segments', name: 'segments.title', icon: UsergroupAddOutlined, permission: 'segments.read' },
      { path: '/tags', name: 'tags.title', icon: TagsOutlined, permission: 'tags.read', thumb: true },
      { path: '/merges', name: 'identity.title', icon: MergeCellsOutlined, permission: 'customers.read' },
      { path: '/attributes', name: 'attributes.title', icon: ProfileOutlined, permission: 'customers.read' },
      { path: '/archive', name: 'archive.title', icon: ContainerOutlined, permission: 'archive.read' },
      { path: '/employees', name: 'team.employees', icon: ApartmentOutlined, permission: 'team.read' },
      { path: '/roles', name: 'team.roles', icon: SafetyOutlined, permission: 'team.read' },
    ],
  },
  {
    name: 'shell.insight',
    entries: [
      { path: '/boards', name: 'boards.title', icon: AppstoreOutlined, permission: 'reports.read' },
      {
        path: '/boards/employee',
        name: 'boards.mine',
        icon: AppstoreOutlined,
        permission: 'employee_board.read',
        unless: 'reports.read',
      },
      { path: '/metric-dictionary', name: 'metrics.title', icon: LineChartOutlined, permission: 'reports.read' },
      { path: '/reports', name: 'reports.title', icon: FundOutlined, permission: 'reports.read' },
      { path: '/stages', name: 'stages.title', icon: NodeIndexOutlined, permission: 'reports.read' },
      { path: '/attribution', name: 'attribution.title', icon: AimOutlined, permission: 'reports.read' },
      { path: '/economics', name: 'economics.title', icon: AccountBookOutlined, permission: 'reports.read' },
      { path: '/waste', name: 'waste.title', icon: DeleteOutlined, permission: 'reports.read' },
      { path: '/balance', name: 'balance.title', icon: SwapOutlined, permission: 'reports.read' },
      { path: '/reviews', name: 'reviews.title', icon: VideoCameraOutlined, permission: 'reports.read' },
      { path: '/trade', name: 'trade.title', icon: AccountBookOutlined, permission: 'reports.read' },
      { path: '/products', name: 'products.title', icon: ShopOutlined, permission: 'reports.read' },
      { path: '/value', name: 'value.title', icon: CrownOutlined, permission: 'reports.read' },
      { path: '/portrait', name: 'portrait.title', icon: IdcardOutlined, permission: 'reports.read' },
      { path: '/pages', name: 'pages.title', icon: HeatMapOutlined, permission: 'reports.read' },
      { path: '/events', name: 'events.title', icon: ThunderboltOutlined, permission: 'events.read' },
    ],
  },
  {
    name: 'shell.settings',
    entries: [
      { path: '/wecom', name: 'wecom.title', icon: WechatWorkOutlined, permission: 'wecom.read' },
      { path: '/archive-settings', name: 'archive.settings.title', icon: KeyOutlined, permission: 'wecom.read' },
      { path: '/imports', name: 'imports.both', icon: CloudSyncOutlined, permission: 'imports.read' },
      { path: '/integrations', name: 'integrations.title', icon: ApiOutlined, permission: 'webhooks.read' },
      { path: '/operations', name: 'operations.title', icon: HeartOutlined, permission: 'operations.read' },
      { path: '/settings', name: 'settings.title', icon: SettingOutlined, permission: 'settings.read' },
      { path: '/audit', name: 'audit.title', icon: AuditOutlined, permission: 'audit.read' },
    ],
  },
]

/** The entries that are there for somebody. */
export const entriesOf = (entries: readonly Entry[], may: (permission: string | undefined) => boolean): Entry[] =>
  entries.filter(({ permission, unless }) => may(permission) && (unless === undefined || !may(unless)))

export const isHere = (entry: Entry, path: string): boolean =>
  entry.path === '/' ? path === '/' : path === entry.path || path.startsWith(`${entry.path}/`)

/** Where somebody starts: the page their role names, else the first one they may open. */
export function homeOf(session: Session): string {
  const entries = entriesOf(
    loop.flatMap((stage) => stage.entries),
    (permission) => holds(session, permission),
  )
  return entries.find((entry) => isHere(entry, session.employee.home))?.path ?? entries[0]?.path ?? '/settings'
}
