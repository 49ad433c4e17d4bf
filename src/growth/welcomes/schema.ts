import { z } from 'zod'

/** Bytes as WeCom counts them. */
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** What a greeting or remark may be filled with; nothing else stands in braces. */
export const variables = ['nickname', 'employee', 'company'] as const

export type Variable = (typeof variables)[number]

/** Names in braces that nothing fills: `{nicname}`. */
export const unknownVariables = (text: string): string[] =>
  [...text.matchAll(/\{([\p{L}_]{1,40})\}/gu)].map(([, name = '']) => name).filter((name) => !variables.includes(name as Variable))

export const fillIn = (text: string, values: Record<Variable, string>): string =>
  text.replace(/\{(nickname|employee|company)\}/g, (_, name: Variable) => values[name])

/** Text that a variable may stand in. */
export const Template = (mostBytes: number) =>
  z
    .string()
    .refine((text) => bytesOf(text) <= mostBytes, `At most ${mostBytes} bytes; a Chinese letter has three.`)
    .refine((text) => unknownVariables(text).length === 0, {
      error: ({ input }) => `Nothing fills {${unknownVariables(String(input))[0]}}; there are {nickname}, {employee} and {company}.`,
    })

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

/** Bounds of WeCom (docs 92137, 90253). */
export const welcomeBounds = { textBytes: 4000, attachments: 9, imageBytes: 10 * 1024 * 1024, fileBytes: 20 * 1024 * 1024 } as const

/** `file` names an uploaded file. */
const attachmentOf = <Id extends z.ZodType>(file: Id) =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('image'), file }),
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

const welcomeOf = <Id extends z.ZodType>(id: Id) =>
  z
    .object({
      text: Template(welcomeBounds.textBytes).default(''),
      attachments: z.array(attachmentOf(id)).max(welcomeBounds.attachments).default([]),
    })
    .refine(({ text, attachments }) => text.trim() !== '' || attachments.length > 0, {
      error: 'A greeting has words or an attachment.',
      path: ['text'],
    })

export const Attachment = attachmentOf(z.string())
export const Welcome = welcomeOf(z.string())

/** The same with the numbers of files instead of their outer ids. */
export const StoredWelcome = welcomeOf(z.int())

export type Attachment = z.infer<typeof Attachment>
export type Welcome = z.infer<typeof Welcome>
export type StoredWelcome = z.infer<typeof StoredWelcome>
export type StoredAttachment = StoredWelcome['attachments'][number]

type Files<From, To> = (file: From, path: (string | number)[]) => To

type AnyAttachment<File> = { kind: string; file?: File; picture?: File | undefined }

const changeAttachment = <From, To>(attachment: AnyAttachment<From>, at: number, change: Files<From, To>) => ({
  ...attachment,
  ...(attachment.file === undefined ? {} : { file: change(attachment.file, ['attachments', at, 'file']) }),
  ...(attachment.picture === undefined ? {} : { picture: change(attachment.picture, ['attachments', at, 'picture']) }),
})

/** The greeting with every file named anew: outer ids to numbers and back. */
export const storeWelcome = (welcome: Welcome, change: Files<string, number>): StoredWelcome => ({
  ...welcome,
  attachments: (welcome.attachments as AnyAttachment<string>[]).map((one, at) => changeAttachment(one, at, change) as StoredAttachment),
})

export const showWelcome = (welcome: StoredWelcome, change: Files<number, string>): Welcome => ({
  ...welcome,
  attachments: (welcome.attachments as AnyAttachment<number>[]).map((one, at) => changeAttachment(one, at, change) as Attachment),
})

type FileUse = { kind: 'image' | 'file' | 'picture'; file: number }

export const filesOf = (welcome: StoredWelcome): FileUse[] =>
  welcome.attachments.flatMap((one): FileUse[] => {
    if (one.kind === 'image' || one.kind === 'file') return [{ kind: one.kind, file: one.file }]
    return one.picture === undefined ? [] : [{ kind: one.kind === 'miniprogram' ? 'image' : 'picture', file: one.picture }]
  })
