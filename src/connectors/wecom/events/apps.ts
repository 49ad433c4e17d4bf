import { listOf, number, object, text, texts } from './fields.ts'

const visit = object({ eventKey: text.optional() })
const scan = object({
  eventKey: text.optional(),
  scanCodeInfo: object({ scanType: text.optional(), scanResult: text.optional() }).optional(),
})
const picture = object({ picMd5Sum: text.optional() })
const pictures = object({
  eventKey: text.optional(),
  sendPicsInfo: object({ count: number.optional(), picList: listOf('item', picture).optional() }).optional(),
})
const position = object({
  locationX: number.optional(),
  locationY: number.optional(),
  scale: number.optional(),
  label: text.optional(),
  poiname: text.optional(),
})
const selected = object({ questionKey: text.optional(), optionIds: listOf('optionId', text).optional() })
const card = object({
  eventKey: text.optional(),
  taskId: text.optional(),
  cardType: text.optional(),
  responseCode: text.optional(),
  selectedItems: listOf('selectedItem', selected).optional(),
})
const job = object({
  jobId: text.optional(),
  jobType: text.optional(),
  errCode: number.optional(),
  errMsg: text.optional(),
})

/** What members do inside an app, and jobs that ended: docs 90240, 90241, 96380. `from` is the member. */
export const appEvents = {
  subscribe: visit,
  unsubscribe: visit,
  enter_agent: visit,
  click: visit,
  view: visit,
  view_miniprogram: visit,
  LOCATION: object({
    latitude: number.optional(),
    longitude: number.optional(),
    precision: number.optional(),
    appType: text.optional(),
  }),
  scancode_push: scan,
  scancode_waitmsg: scan,
  pic_sysphoto: pictures,
  pic_photo_or_album: pictures,
  pic_weixin: pictures,
  location_select: object({ eventKey: text.optional(), sendLocationInfo: position.optional(), appType: text.optional() }),
  template_card_event: card,
  template_card_menu_event: card,
  taskcard_click: object({ eventKey: text.optional(), taskId: text.optional() }),
  open_approval_change: object({ approvalInfo: object({}).optional() }),
  sys_approval_change: object({ approvalInfo: object({}).optional() }),
  share_agent_change: object({}),
  share_chain_change: object({}),
  close_inactive_agent: object({}),
  reopen_inactive_agent: object({}),
  batch_job_result: object({ batchJob: job.optional() }),
  upload_media_job_finish: object({ jobId: text }),
}

/** Customer service accounts: docs 94670, 97712. The token of the first lives ten minutes. */
export const kfEvents = {
  kf_msg_or_event: object({ token: text, openKfId: text.optional() }),
  kf_account_auth_change: object({ authAddOpenKfId: texts.optional(), authDelOpenKfId: texts.optional() }),
}

/** Something new lies in the archive: doc 95039; at least 15 seconds apart. */
export const archiveEvents = {
  msgaudit_notify: object({}),
}

/** Commands of third-party suites, which only they receive: doc 90628. */
export const suiteEvents = {
  suite_ticket: object({ suiteTicket: text }),
  create_auth: object({ authCode: text.optional(), state: text.optional() }),
  change_auth: object({ state: text.optional() }),
  cancel_auth: object({}),
  reset_permanent_code: object({ authCode: text.optional() }),
}
