import { number, object, text } from './fields.ts'

/** Messages members send to an app: doc 90239. */
export const messageModels = {
  text: object({ content: text }),
  image: object({ picUrl: text.optional(), mediaId: text.optional() }),
  voice: object({ mediaId: text.optional(), format: text.optional() }),
  video: object({ mediaId: text.optional(), thumbMediaId: text.optional() }),
  shortvideo: object({ mediaId: text.optional(), thumbMediaId: text.optional() }),
  location: object({
    locationX: number.optional(),
    locationY: number.optional(),
    scale: number.optional(),
    label: text.optional(),
    appType: text.optional(),
  }),
  link: object({ title: text.optional(), description: text.optional(), url: text.optional(), picUrl: text.optional() }),
  file: object({ mediaId: text.optional(), title: text.optional() }),
}
