import { z } from 'zod'

/** Bytes as WeCom counts them. */
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length

const megabyte = 1024 * 1024

/** Bounds of WeCom (docs 92135, 92137, 90253). */
export const contentBounds = {
  textBytes: 4000,
  attachments: 9,
  imageBytes: 10 * megabyte,
  videoBytes: 10 * megabyte,
  fileBytes: 20 * megabyte,
} as const

const Bytes = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .refine((text) => bytesOf(text) <= most, `At most ${most} bytes; a Chinese letter has three.`)

const Url = Bytes(2048).refine(
  (text) => /^https?:\/\/[^\s/]+\.?[^\s]*$/i.test(text) && URL.canParse(text),
  'A link starts with http:// or https://.',
)

/** `file` names an uploaded file. */
export const attachmentOf = <Id extends z.ZodType>(file: Id) =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('image'), file }),
    z.object({ kind: z.literal('video'), file }),
    z.object({ kind: z.literal('file'), file }),
    z.object({ kind: z.literal('link'), title: Bytes(128), url: Url, description: Bytes(512).optional(), picture: file.optional() }),
    z.object({
      kind: z.literal('miniprogram'),
      title: Bytes(64),
      appId: z
        .string()
        .trim()
        .regex(/^wx[\w-]{6,62}$/, 'An app id starts with wx.'),
      page: Bytes(1024),
      picture: file,
    }),
  ])

/** Names in braces: WeCom takes one content for everybody, so nothing could fill them. */
export const variablesIn = (text: string): string[] => [...text.matchAll(/\{([\p{L}_]{1,40})\}/gu)].map(([, name = '']) => name)

const contentOf = <Id extends z.ZodType>(id: Id) =>
  z
    .object({
      text: z
        .string()
        .refine((text) => bytesOf(text) <= contentBounds.textBytes, `At most ${contentBounds.textBytes} bytes; a Chinese letter has three.`)
        .refine((text) => variablesIn(text).length === 0, {
          error: ({ input }) =>
            `{${variablesIn(String(input))[0]}} cannot be filled: WeCom takes one text for everybody. A welcome or a task for employees can name the customer.`,
        })
        .default(''),
      attachments: z.array(attachmentOf(id)).max(contentBounds.attachments).default([]),
    })
    .refine(({ text, attachments }) => text.trim() !== '' || attachments.length > 0, {
      error: 'A message has words or an attachment.',
      path: ['text'],
    })

/** What is said to many: the same for everybody. */
export const Content = contentOf(z.string())
/** The same with the numbers of files instead of their outer ids. */
export const StoredContent = contentOf(z.int())
export type Content = z.infer<typeof Content>
export type StoredContent = z.infer<typeof StoredContent>

export const Attachment = attachmentOf(z.string())
export type Attachment = z.infer<typeof Attachment>
const StoredAttachment = attachmentOf(z.int())
export type StoredAttachment = z.infer<typeof StoredAttachment>

type Files<From, To> = (file: From, path: (string | number)[]) => To
type AnyAttachment<File> = { kind: string; file?: File; picture?: File | undefined }

const changeAttachment = <From, To>(attachment: AnyAttachment<From>, at: number, change: Files<From, To>) => ({
  ...attachment,
  ...(attachment.file === undefined ? {} : { file: change(attachment.file, ['attachments', at, 'file']) }),
  ...(attachment.picture === undefined ? {} : { picture: change(attachment.picture, ['attachments', at, 'picture']) }),
})

/** Attachments with every file named anew: outer ids to numbers and back. */
export const storeAttachments = (attachments: readonly Attachment[], change: Files<string, number>): StoredAttachment[] =>
  (attachments as readonly AnyAttachment<string>[]).map((one, at) => changeAttachment(one, at, change) as StoredAttachment)

export const showAttachments = (attachments: readonly StoredAttachment[], change: Files<number, string>): Attachment[] =>
  (attachments as readonly AnyAttachment<number>[]).map((one, at) => changeAttachment(one, at, change) as Attachment)

type FileUse = { kind: 'image' | 'video' | 'file' | 'picture'; file: number }

export const filesOf = (attachments: readonly StoredAttachment[]): FileUse[] =>
  attachments.flatMap((one): FileUse[] => {
    if (one.kind === 'image' || one.kind === 'video' || one.kind === 'file') return [{ kind: one.kind, file: one.file }]
    return one.picture === undefined ? [] : [{ kind: one.kind === 'miniprogram' ? 'image' : 'picture', file: one.picture }]
  })
