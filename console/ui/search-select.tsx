import { Select } from 'antd'
import { useDeferredValue, useState } from 'react'

type Option = { value: string; label: string }

/** What the reader searches for, and how a field takes it: the server looks through all there are. */
export function useSearching(): { q: string | undefined; onSearch: (text: string) => void } {
  const [text, onSearch] = useState('')
  return { q: useDeferredValue(text.trim()) || undefined, onSearch }
}

/** One of many, found by typing, however many there are. `chosen`: what was picked before, which keeps its name while others are listed. */
export function SearchSelect(props: {
  id?: string
  label: string
  value: string | null
  chosen: Option | undefined
  options: Option[]
  loading: boolean
  onSearch: (text: string) => void
  onChange: (value: string) => void
}) {
  const { id, label, chosen, options } = props
  const isListed = chosen === undefined || options.some(({ value }) => value === chosen.value)
  return (
    <Select
      {...(id ? { id } : { 'aria-label': label })}
      className="wide"
      placeholder={label}
      loading={props.loading}
      showSearch={{ filterOption: false, onSearch: props.onSearch }}
      value={props.value || null}
      options={isListed ? options : [...options, chosen]}
      onChange={(value: string | null) => value && props.onChange(value)}
    />
  )
}
