import { Checkbox } from 'antd'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'

/** Things down, acts across. A permission is `noun.verb`; the columns are the verbs that exist. */
export function PermissionMatrix(props: { all: string[]; held: string[]; onChange?: (held: string[]) => void }) {
  const { t } = useText()
  const { all, held, onChange } = props
  const everything = held.includes('*')
  const nouns = [...new Set(all.map(nounOf))]
  const verbs = [...new Set(all.map(verbOf))].sort((a, b) => rank(a) - rank(b))
  const set = (names: string[], on: boolean) =>
    onChange?.(on ? [...new Set([...held, ...names])] : held.filter((one) => !names.includes(one)))
  return (
    <PlainScroll>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('team.noun')}</th>
            {verbs.map((verb) => (
              <th key={verb} scope="col">
                {textOr(`team.verbs.${verb}`, verb)}
              </th>
            ))}
            <th scope="col">{t('team.all')}</th>
          </tr>
        </thead>
        <tbody>
          {nouns.map((noun) => {
            const own = all.filter((one) => nounOf(one) === noun)
            const count = everything ? own.length : own.filter((one) => held.includes(one)).length
            const name = textOr(`team.nouns.${noun}`, noun)
            return (
              <tr key={noun}>
                <th scope="row">{name}</th>
                {verbs.map((verb) => {
                  const permission = `${noun}.${verb}`
                  return (
                    <td key={verb}>
                      {own.includes(permission) && (
                        <Checkbox
                          aria-label={`${name} ${textOr(`team.verbs.${verb}`, verb)}`}
                          disabled={!onChange || everything}
                          checked={everything || held.includes(permission)}
                          onChange={(event) => set([permission], event.target.checked)}
                        />
                      )}
                    </td>
                  )
                })}
                <td>
                  <Checkbox
                    aria-label={`${name} ${t('team.all')}`}
                    disabled={!onChange || everything}
                    checked={count === own.length}
                    indeterminate={count > 0 && count < own.length}
                    onChange={(event) => set(own, event.target.checked)}
                  />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </PlainScroll>
  )
}

const nounOf = (permission: string): string => permission.slice(0, permission.lastIndexOf('.'))
const verbOf = (permission: string): string => permission.slice(permission.lastIndexOf('.') + 1)

const order = ['read', 'write', 'reveal']
const rank = (verb: string): number => (order.includes(verb) ? order.indexOf(verb) : order.length)
