import { Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'

interface Read<Data> {
  data: Data | undefined
  error: Error | null
  isPlaceholderData: boolean
  refetch: () => unknown
}

type Props<Data> = { read: Read<Data>; rows?: number; children: (data: Data) => ReactNode }

/** A read as a page shows it: grey while it is awaited, the reason and another try when it failed, else what is drawn of it. */
export function Awaited<Data>({ read, rows = 10, children }: Props<Data>) {
  const { data, error, isPlaceholderData, refetch } = read
  if (data)
    return (
      <div className={isPlaceholderData ? 'refreshing' : ''}>
        <Stack>{children(data)}</Stack>
      </div>
    )
  return <Section>{error ? <Problem error={error} retry={() => void refetch()} /> : <Skeleton active paragraph={{ rows }} />}</Section>
}
