// The five template cards: what each must have and how long its lists may be (page 90236).
import { z } from 'zod'
import { byteText } from './protocol.ts'

const text = z.string().min(1)
const TaskId = z
  .string()
  .regex(/^[0-9A-Za-z_\-@]+$/)
  .max(128)
const Jump = z.looseObject({ type: z.int().min(0).max(3).optional(), url: byteText(2048).optional(), title: z.string().optional() })
const Title = z.looseObject({ title: z.string().optional(), desc: z.string().optional() })
const common = {
  source: z
    .looseObject({ icon_url: z.string().optional(), desc: z.string().optional(), desc_color: z.int().min(0).max(3).optional() })
    .optional(),
  action_menu: z
    .looseObject({
      desc: z.string().optional(),
      action_list: z
        .array(z.looseObject({ text, key: byteText(1024, 1) }))
        .min(1)
        .max(3),
    })
    .optional(),
  task_id: TaskId.optional(),
  main_title: Title.optional(),
  sub_title_text: z.string().optional(),
  horizontal_content_list: z
    .array(z.looseObject({ keyname: text, value: z.string().optional() }))
    .max(6)
    .optional(),
  jump_list: z.array(Jump).max(3).optional(),
  card_action: Jump.optional(),
}
const WithTitle = z.looseObject({ title: text, desc: z.string().optional() })
const Option = z.looseObject({ id: byteText(128, 1), text })
const Submit = z.looseObject({ text, key: byteText(1024, 1) })

const TextNotice = z
  .looseObject({ card_type: z.literal('text_notice'), ...common, card_action: Jump })
  .refine((it) => it.main_title?.title || it.sub_title_text, { path: ['main_title', 'title'], message: 'or sub_title_text missing' })
const NewsNotice = z
  .looseObject({
    card_type: z.literal('news_notice'),
    ...common,
    main_title: WithTitle,
    card_action: Jump,
    card_image: z.looseObject({ url: text, aspect_ratio: z.number().optional() }).optional(),
    image_text_area: z.looseObject({ image_url: text }).optional(),
    vertical_content_list: z
      .array(z.looseObject({ title: text, desc: z.string().optional() }))
      .max(4)
      .optional(),
  })
  .refine((it) => it.card_image || it.image_text_area, { path: ['card_image'], message: 'or image_text_area missing' })
const Buttons = z.looseObject({
  card_type: z.literal('button_interaction'),
  ...common,
  main_title: WithTitle,
  task_id: TaskId,
  button_list: z
    .array(
      z.looseObject({
        text,
        style: z.int().min(1).max(4).optional(),
        type: z.int().min(0).max(1).optional(),
        key: byteText(1024).optional(),
      }),
    )
    .min(1)
    .max(6),
})
const Vote = z.looseObject({
  card_type: z.literal('vote_interaction'),
  ...common,
  main_title: WithTitle,
  task_id: TaskId,
  checkbox: z.looseObject({
    question_key: byteText(1024, 1),
    mode: z.int().min(0).max(1).optional(),
    option_list: z.array(Option).min(1).max(20),
  }),
  submit_button: Submit,
})
const Multiple = z.looseObject({
  card_type: z.literal('multiple_interaction'),
  ...common,
  main_title: WithTitle,
  task_id: TaskId,
  select_list: z
    .array(z.looseObject({ question_key: byteText(1024, 1), title: z.string().optional(), option_list: z.array(Option).min(1).max(10) }))
    .min(1)
    .max(3),
  submit_button: Submit,
})

export const TemplateCard = z
  .discriminatedUnion('card_type', [TextNotice, NewsNotice, Buttons, Vote, Multiple])
  .refine((it) => !it.action_menu || it.task_id !== undefined, { path: ['task_id'], message: 'missing' })
export type TemplateCard = z.infer<typeof TemplateCard>

/** Cards that answer back carry a code with which they can be changed; so does one with a menu. */
export const isInteractive = (card: TemplateCard): boolean => card.task_id !== undefined
