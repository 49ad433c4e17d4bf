import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { ConditionsEditor } from '#console/reports/conditions-editor.tsx'
import type { Matcher } from '#console/reports/document.ts'
import { EventPicker } from '#console/reports/event-picker.tsx'

/** An event with its filters. */
export function MatcherEditor<One extends Matcher>(props: {
  label: string
  value: One
  onChange: (value: One) => void
  any?: boolean
  extra?: ReactNode
}) {
  const { value } = props
  const filtered = (where: unknown): One => {
    const { where: _gone, ...rest } = value
    return (where === undefined ? rest : { ...rest, where }) as One
  }
  return (
    <>
      <EventPicker
        label={props.label}
        value={value.event}
        any={props.any ?? false}
        onChange={(event) => props.onChange({ ...value, event })}
      />
      {props.extra}
      <ConditionsEditor
        events={[value.event]}
        label={props.label}
        where={value.where}
        onChange={(where) => props.onChange(filtered(where))}
      />
    </>
  )
}

/** Several events in an order: the steps of a funnel, the lines of a trend. */
export function MatcherList<One extends Matcher>(props: {
  values: One[]
  onChange: (values: One[]) => void
  name: (index: number) => string
  add: string
  fresh: One
  /** So many stay, whatever is taken away. */
  least?: number
  most: number
  ordered?: boolean
  any?: boolean
  extra?: (value: One, set: (value: One) => void) => ReactNode
}) {
  const { t } = useText()
  const { values } = props
  const move = (from: number, to: number) => {
    const next = [...values]
    next.splice(to, 0, ...next.splice(from, 1))
    props.onChange(next)
  }
  return (
    <div className="matchers">
      {values.map((value, index) => {
        const set = (one: One) => props.onChange(values.map((old, at) => (at === index ? one : old)))
        const name = props.name(index)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same event may stand twice, so a step is its place
          <div key={index} className="matcher">
            <div className="matcher-head">
              <span className="matcher-name">{name}</span>
              <span className="row">
                {props.ordered && values.length > 1 && (
                  <>
                    <Button
                      type="text"
                      size="small"
                      icon={<ArrowUpOutlined />}
                      disabled={index === 0}
                      aria-label={`${name} ${t('ui.moveUp')}`}
                      onClick={() => move(index, index - 1)}
                    />
                    <Button
                      type="text"
                      size="small"
                      icon={<ArrowDownOutlined />}
                      disabled={index === values.length - 1}
                      aria-label={`${name} ${t('ui.moveDown')}`}
                      onClick={() => move(index, index + 1)}
                    />
                  </>
                )}
                {values.length > (props.least ?? 1) && (
                  <Button
                    type="text"
                    size="small"
                    icon={<CloseOutlined />}
                    aria-label={`${t('ui.delete')} ${name}`}
                    onClick={() => props.onChange(values.filter((_old, at) => at !== index))}
                  />
                )}
              </span>
            </div>
            <MatcherEditor label={name} value={value} any={props.any ?? false} onChange={set} extra={props.extra?.(value, set)} />
          </div>
        )
      })}
      {values.length < props.most && (
        <Button icon={<PlusOutlined />} onClick={() => props.onChange([...values, props.fresh])}>
          {props.add}
        </Button>
      )}
    </div>
  )
}
