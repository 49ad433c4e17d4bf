import {
  AimOutlined,
  ApartmentOutlined,
  BellOutlined,
  CameraOutlined,
  CheckSquareOutlined,
  ClockCircleOutlined,
  EditOutlined,
  GiftOutlined,
  HourglassOutlined,
  MessageOutlined,
  MobileOutlined,
  NotificationOutlined,
  PercentageOutlined,
  RiseOutlined,
  SmileOutlined,
  SoundOutlined,
  StopOutlined,
  TagOutlined,
  TeamOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import type { Step } from '#operation/journeys/definition.ts'

type Icon = ComponentType<{ 'aria-hidden'?: 'true' }>

export const stepIcons: Record<Step['type'], Icon> = {
  tag: TagOutlined,
  attribute: EditOutlined,
  task: CheckSquareOutlined,
  stage: RiseOutlined,
  notice: SoundOutlined,
  welcome: SmileOutlined,
  message: MessageOutlined,
  group_message: TeamOutlined,
  moment: CameraOutlined,
  offer: GiftOutlined,
  signal: NotificationOutlined,
  sms: MobileOutlined,
  wait: HourglassOutlined,
  wait_until: ClockCircleOutlined,
  wait_for: BellOutlined,
  branch: ApartmentOutlined,
  split: PercentageOutlined,
  goal: AimOutlined,
  end: StopOutlined,
}
