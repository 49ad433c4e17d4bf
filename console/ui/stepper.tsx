import { Steps } from 'antd'
import { usePhone } from '#console/ui/preferences.ts'

/** Where one is in a task of several steps; done steps can be gone back to. */
export function Stepper(props: { steps: string[]; current: number; onGo?: (step: number) => void }) {
  const phone = usePhone()
  const { onGo } = props
  return (
    <Steps
      size="small"
      current={props.current}
      orientation={phone ? 'vertical' : 'horizontal'}
      {...(onGo ? { onChange: (step: number) => step < props.current && onGo(step) } : {})}
      items={props.steps.map((title, index) => ({ title, disabled: index > props.current }))}
    />
  )
}
