import { z } from 'zod'
import { attachmentOf, bytesOf, contentBounds, showAttachments, storeAttachments } from '#operation/contents/schema.ts'

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

const welcomeOf = <Id extends z.ZodType>(id: Id) =>
  z
    .object({
      text: Template(contentBounds.textBytes).default(''),
      attachments: z.array(attachmentOf(id)).max(contentBounds.attachments).default([]),
    })
    .refine(({ text, attachments }) => text.trim() !== '' || attachments.length > 0, {
      error: 'A greeting has words or an attachment.',
      path: ['text'],
    })

export const Welcome = welcomeOf(z.string())

/** The same with the numbers of files instead of their outer ids. */
export const StoredWelcome = welcomeOf(z.int())

export type Welcome = z.infer<typeof Welcome>
export type StoredWelcome = z.infer<typeof StoredWelcome>

/** The greeting with every file named anew: outer ids to numbers and back. */
export const storeWelcome = (welcome: Welcome, change: (file: string, path: (string | number)[]) => number): StoredWelcome => ({
  ...welcome,
  attachments: storeAttachments(welcome.attachments, change),
})

export const showWelcome = (welcome: StoredWelcome, change: (file: number, path: (string | number)[]) => string): Welcome => ({
  ...welcome,
  attachments: showAttachments(welcome.attachments, change),
})
