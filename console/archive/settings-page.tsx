import { Alert, Button, Form, Input, InputNumber, Modal, Radio, Skeleton } from 'antd'
import { useState } from 'react'
import { useArchives, useChangeSource, useNewKey, useRecorded } from '#console/archive/queries.ts'
import { WatchedWords } from '#console/archive/watched-words.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Facts, Page, Section, Stack } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { type CorpArchive, sourceKinds } from '#management/archive/schema.ts'

export function ArchiveSettingsPage() {
  const { t } = useText()
  const archives = useArchives()
  return (
    <Page title={t('archive.settings.title')} note={t('archive.settings.note')}>
      {archives.error && !archives.data ? (
        <Section>
          <Problem error={archives.error} retry={() => void archives.refetch()} />
        </Section>
      ) : !archives.data ? (
        <Section>
          <Skeleton active />
        </Section>
      ) : archives.data.items.length === 0 ? (
        <Section>
          <Empty
            title={t('archive.settings.noCorp')}
            action={
              <ButtonLink to="/wecom/connect" type="primary">
                {t('archive.settings.connect')}
              </ButtonLink>
            }
          />
        </Section>
      ) : (
        <>
          {archives.data.items.map((archive) => (
            <OneCorp key={archive.corp.id} archive={archive} />
          ))}
          <Gate permission="archive.read">
            <WatchedWords />
          </Gate>
        </>
      )}
    </Page>
  )
}

const OneCorp = ({ archive }: { archive: CorpArchive }) => (
  <Columns shares={[1, 1]}>
    <Stack>
      <Source archive={archive} />
      <Missing archive={archive} />
    </Stack>
    <Stack>
      <Keys archive={archive} />
      <Recorded archive={archive} />
    </Stack>
  </Columns>
)

function Source({ archive }: { archive: CorpArchive }) {
  const { t } = useText()
  const [isEditing, setEditing] = useState(false)
  const { error } = archive
  return (
    <Section
      title={archive.corp.name}
      note={t(`archive.settings.sourceHints.${archive.kind}`)}
      actions={
        <Gate permission="wecom.write">
          <Button type={archive.kind === 'none' ? 'primary' : 'default'} onClick={() => setEditing(true)}>
            {t('archive.settings.change')}
          </Button>
        </Gate>
      }
    >
      <Stack>
        {error && (
          <Alert type="error" showIcon title={t('archive.settings.trouble', { count: archive.failures })} description={error.message} />
        )}
        <Facts
          items={[
            {
              name: t('archive.settings.source'),
              value: (
                <Badge tone={archive.kind === 'none' ? 'quiet' : error ? 'bad' : 'good'}>
                  {t(`archive.settings.sources.${archive.kind}`)}
                </Badge>
              ),
            },
            ...(archive.kind === 'sidecar'
              ? [
                  { name: t('archive.settings.url'), value: <CopyId value={archive.url} /> },
                  { name: t('archive.settings.seq'), value: exactNumber(archive.seq) },
                  { name: t('archive.settings.pulledAt'), value: <Moment at={archive.pulledAt} /> },
                  { name: t('archive.settings.caughtUpAt'), value: <Moment at={archive.caughtUpAt} /> },
                  ...(error ? [{ name: t('archive.settings.nextAt'), value: <Moment at={archive.nextAt} /> }] : []),
                ]
              : []),
            { name: t('archive.settings.messages'), value: exactNumber(archive.messages) },
            { name: t('archive.settings.lastMessage'), value: <Moment at={archive.lastMessageAt} /> },
          ]}
        />
      </Stack>
      <SourceForm archive={archive} open={isEditing} onClose={() => setEditing(false)} />
    </Section>
  )
}

function Moment({ at }: { at: string | null }) {
  const { t } = useText()
  return at ? <When at={at} /> : <span className="mute">{t('archive.settings.never')}</span>
}

interface SourceValues {
  kind: CorpArchive['kind']
  url?: string
  secret?: string
}

function SourceForm({ archive, open, onClose }: { archive: CorpArchive; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const change = useChangeSource(archive.corp.id)
  return (
    <FormDrawer<SourceValues>
      title={t('archive.settings.change')}
      open={open}
      onClose={onClose}
      initial={{ kind: archive.kind === 'none' ? 'sidecar' : archive.kind, url: archive.url }}
      onSubmit={({ kind, url, secret }) => change.mutateAsync({ kind, ...(url ? { url } : {}), ...(secret ? { secret } : {}) })}
    >
      <Form.Item name="kind" label={t('archive.settings.source')}>
        <Radio.Group
          options={sourceKinds.map((value) => ({
            value,
            label: (
              <>
                {t(`archive.settings.sources.${value}`)} <span className="note">{t(`archive.settings.sourceHints.${value}`)}</span>
              </>
            ),
          }))}
          vertical
        />
      </Form.Item>
      <Form.Item noStyle dependencies={['kind']}>
        {({ getFieldValue }) =>
          getFieldValue('kind') === 'sidecar' && (
            <>
              <Form.Item
                name="url"
                label={t('archive.settings.url')}
                extra={t('archive.settings.urlHint')}
                rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
              >
                <Input placeholder="http://127.0.0.1:8790" autoComplete="off" />
              </Form.Item>
              <Form.Item
                name="secret"
                label={t('archive.settings.secret')}
                extra={t(archive.hasSecret ? 'archive.settings.secretKept' : 'archive.settings.secretHint')}
              >
                <Input.Password autoComplete="new-password" />
              </Form.Item>
            </>
          )
        }
      </Form.Item>
    </FormDrawer>
  )
}

interface KeyValues {
  version: number
  privateKey?: string
}

function Keys({ archive }: { archive: CorpArchive }) {
  const { t } = useText()
  const save = useNewKey(archive.corp.id)
  const [isAdding, setAdding] = useState(false)
  const [shown, setShown] = useState<{ version: number; publicKey: string }>()
  const missing = archive.unread.find(({ reason }) => reason !== 'unreadable')?.version
  const next = missing ?? (archive.keys[0]?.version ?? 0) + 1
  return (
    <Section
      title={t('archive.settings.keys')}
      note={t('archive.settings.keysNote')}
      actions={
        <Gate permission="wecom.write">
          <Button type={archive.keys.length === 0 ? 'primary' : 'default'} onClick={() => setAdding(true)}>
            {t('archive.settings.newKey')}
          </Button>
        </Gate>
      }
    >
      {archive.keys.length === 0 ? (
        <p className="note">{t('archive.settings.noKeys')}</p>
      ) : (
        <Stack tight>
          {archive.keys.map((key) => (
            <div key={key.version} className="row between">
              <Badge tone={key.unread > 0 ? 'bad' : 'good'}>{`${t('archive.settings.version')} ${key.version}`}</Badge>
              <span className="note">
                <When at={key.savedAt} /> · {key.savedBy === 'system' ? t('archive.settings.system') : key.savedBy}
              </span>
              <Button type="link" size="small" onClick={() => setShown(key)}>
                {t('archive.settings.publicKey')}
              </Button>
            </div>
          ))}
        </Stack>
      )}
      <FormDrawer<KeyValues>
        title={t('archive.settings.newKey')}
        open={isAdding}
        onClose={() => setAdding(false)}
        initial={{ version: next }}
        onSubmit={async ({ version, privateKey }) =>
          setShown(await save.mutateAsync({ version, ...(privateKey?.trim() ? { privateKey } : {}) }))
        }
        fields={{ key: 'privateKey' }}
      >
        <Form.Item
          name="version"
          label={t('archive.settings.version')}
          extra={t('archive.settings.versionHint')}
          rules={[{ required: true, message: t('ui.required') }]}
        >
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="privateKey" label={t('archive.settings.own')} extra={t('archive.settings.ownHint')}>
          <Input.TextArea rows={6} autoComplete="off" spellCheck={false} placeholder="-----BEGIN PRIVATE KEY-----" />
        </Form.Item>
      </FormDrawer>
      <Modal
        title={t('archive.settings.made', { version: shown?.version ?? 0 })}
        open={shown !== undefined}
        onCancel={() => setShown(undefined)}
        footer={
          <Button type="primary" onClick={() => setShown(undefined)}>
            {t('archive.settings.kept')}
          </Button>
        }
        destroyOnHidden
      >
        <Stack>
          <p>{t('archive.settings.madeHint', { version: shown?.version ?? 0 })}</p>
          <pre className="pem">{shown?.publicKey}</pre>
          <CopyId value={shown?.publicKey ?? ''} shown={t('archive.settings.publicKey')} />
        </Stack>
      </Modal>
    </Section>
  )
}

function Missing({ archive }: { archive: CorpArchive }) {
  const { t } = useText()
  if (archive.unread.length + archive.gaps.length === 0) return null
  return (
    <>
      {archive.unread.length > 0 && (
        <Section title={t('archive.settings.unread')} note={t('archive.settings.unreadNote')}>
          <Stack tight>
            {archive.unread.map(({ version, reason, messages }) => (
              <Badge key={`${version} ${reason}`} tone="waiting">
                {t(`archive.settings.reasons.${reason}`, { version, count: exactNumber(messages) })}
              </Badge>
            ))}
          </Stack>
        </Section>
      )}
      {archive.gaps.length > 0 && (
        <Section title={t('archive.settings.gaps')} note={t('archive.settings.gapsNote')}>
          <Stack tight>
            {archive.gaps.map(({ fromAt, toAt }) => (
              <span key={fromAt} className="row">
                <When at={fromAt} /> – <When at={toAt} />
              </span>
            ))}
          </Stack>
        </Section>
      )}
    </>
  )
}

function Recorded({ archive }: { archive: CorpArchive }) {
  const { t } = useText()
  const run = useRun()
  const recorded = useRecorded(archive.corp.id)
  if (!archive.hasSecret) return null
  return (
    <Section
      title={t('archive.settings.recorded')}
      note={t('archive.settings.recordedNote')}
      actions={
        <Button loading={recorded.isPending} onClick={() => void run(() => recorded.mutateAsync())}>
          {t('archive.settings.ask')}
        </Button>
      }
    >
      {recorded.data &&
        (recorded.data.items.length === 0 ? (
          <p className="note">{t('archive.settings.nobody')}</p>
        ) : (
          <div className="row">
            {recorded.data.items.map(({ userId, name }) => (
              <PersonChip key={userId} name={name} />
            ))}
          </div>
        ))}
    </Section>
  )
}
