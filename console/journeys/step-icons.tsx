import {
  AimOutlined,
  ApartmentOutlined,
  BellOutlined,
  CheckSquareOutlined,
  ClockCircleOutlined,
  EditOutlined,
  GiftOutlined,
  HourglassOutlined,
  MessageOutlined,
  NotificationOutlined,
  PercentageOutlined,
  StopOutlined,
  TagOutlined,
} from '@ant-design/icons'
import type { ComponentType } from 'react'
import type { Step } from '#operation/journeys/definition.ts'

type Icon = ComponentType<{ 'aria-hidden'?: 'true' }>

export const stepIcons: Record<Step['type'], Icon> = {
  tag: TagOutlined,
  attribute: EditOutlined,
  task: CheckSquareOutlined,
  message: MessageOutlined,
  offer: GiftOutlined,
  signal: NotificationOutlined,
  wait: HourglassOutlined,
  wait_until: ClockCircleOutlined,
  wait_for: BellOutlined,
  branch: ApartmentOutlined,
  split: PercentageOutlined,
  goal: AimOutlined,
  end: StopOutlined,
}
