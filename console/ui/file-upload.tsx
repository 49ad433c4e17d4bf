import { FileOutlined, LoadingOutlined, UploadOutlined } from '@ant-design/icons'
import { Button, Upload } from 'antd'
import { type ReactNode, useState } from 'react'
import { apiBase, post } from '#console/api/client.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'

export interface StoredFile {
  id: string
  url: string
  name: string
  contentType: string
  bytes: number
}

export const fileUrl = (id: string): string => `${apiBase}files/${id}`

/** Stores a file at once and hands its id to the form; the server says what it does not take. */
export function FileUpload(props: {
  value?: string | undefined
  onChange: (id: string, file: StoredFile) => void
  accept: string
  label: string
  picture?: boolean
  /** A button among others that adds one more file. */
  small?: boolean
  icon?: ReactNode
}) {
  const { t } = useText()
  const run = useRun()
  const [name, setName] = useState<string>()
  const [busy, setBusy] = useState(false)
  const send = async (file: File) => {
    setBusy(true)
    const form = new FormData()
    form.set('file', file)
    const stored = await run(() => post<StoredFile>('files', form))
    setBusy(false)
    if (!stored) return
    setName(stored.name)
    props.onChange(stored.id, stored)
  }
  return (
    <Upload
      accept={props.accept}
      showUploadList={false}
      beforeUpload={(file) => {
        void send(file)
        return false
      }}
    >
      {props.picture && props.value ? (
        <button type="button" className="upload-picture" aria-label={`${props.label}: ${t('ui.replace')}`}>
          {busy ? <LoadingOutlined /> : <img src={fileUrl(props.value)} alt="" />}
        </button>
      ) : (
        <Button
          size={props.small ? 'small' : undefined}
          icon={props.value ? <FileOutlined /> : (props.icon ?? <UploadOutlined />)}
          loading={busy}
        >
          {props.value ? (name ?? t('ui.replace')) : props.label}
        </Button>
      )}
    </Upload>
  )
}
