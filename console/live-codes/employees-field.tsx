import { DeleteOutlined } from '@ant-design/icons'
import { Button, InputNumber, Select, Switch } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { percent } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import type { Member } from '#growth/live-codes/schema.ts'

/** Who receives: weight, daily cap, spare. */
export function EmployeesField(props: {
  value: Member[]
  onChange: (members: Member[]) => void
  options: { value: string; label: string }[]
  complaint: string | undefined
}) {
  const { t } = useText()
  const { value, onChange, options } = props
  const nameOf = (id: string) => options.find((one) => one.value === id)?.label ?? ''
  const total = value.filter((one) => !one.spare).reduce((sum, { weight }) => sum + weight, 0)
  const set = (index: number, part: Partial<Member>) => onChange(value.map((one, at) => (at === index ? { ...one, ...part } : one)))
  return (
    <Stack tight>
      <Select
        mode="multiple"
        showSearch
        optionFilterProp="label"
        placeholder={t('liveCodes.addEmployees')}
        aria-label={t('liveCodes.addEmployees')}
        status={props.complaint ? 'error' : ''}
        options={options}
        value={value.map(({ employeeId }) => employeeId)}
        onChange={(ids: string[]) =>
          onChange(
            ids.map(
              (employeeId) => value.find((one) => one.employeeId === employeeId) ?? { employeeId, weight: 1, dailyCap: null, spare: false },
            ),
          )
        }
      />
      {value.length > 0 && (
        <ul className="lines members">
          {value.map((member, index) => (
            <li key={member.employeeId}>
              <PersonChip
                name={nameOf(member.employeeId)}
                note={member.spare ? t('liveCodes.spare') : t('liveCodes.share', { percent: percent(member.weight, total) })}
              />
              <div className="row">
                <span className="field-inline">
                  <span>{t('liveCodes.weight')}</span>
                  <InputNumber
                    aria-label={`${nameOf(member.employeeId)} ${t('liveCodes.weight')}`}
                    min={1}
                    max={100}
                    precision={0}
                    disabled={member.spare}
                    value={member.weight}
                    onChange={(weight) => set(index, { weight: weight ?? 1 })}
                  />
                </span>
                <span className="field-inline">
                  <span>{t('liveCodes.dailyCap')}</span>
                  <InputNumber
                    aria-label={`${nameOf(member.employeeId)} ${t('liveCodes.dailyCap')}`}
                    min={1}
                    max={5000}
                    precision={0}
                    placeholder={t('liveCodes.noCap')}
                    value={member.dailyCap}
                    onChange={(dailyCap) => set(index, { dailyCap })}
                  />
                </span>
                <span className="field-inline" title={t('liveCodes.spareHint')}>
                  <span>{t('liveCodes.spare')}</span>
                  <Switch
                    aria-label={`${nameOf(member.employeeId)} ${t('liveCodes.spare')}`}
                    checked={member.spare}
                    onChange={(spare) => set(index, { spare })}
                  />
                </span>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('liveCodes.removeNamed', { name: nameOf(member.employeeId) })}
                  onClick={() => onChange(value.filter((_, at) => at !== index))}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
      {props.complaint && (
        <p className="complaint" role="alert">
          {props.complaint}
        </p>
      )}
    </Stack>
  )
}
