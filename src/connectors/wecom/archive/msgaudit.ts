import { type CallOptions, callWecom } from '../client.ts'
import type { WecomApp } from '../connection.ts'
import type { ResponseOf } from '../endpoints/catalogue.ts'
import { chunks } from '../paging.ts'

/** Every call here needs the archive's own secret; any other is 48002, an archive that is off 301053, one that ended 301052. */
export const archiveLimits = { pairsPerCall: 100, messagesPerPull: 1000, daysKept: 5, mediaDaysKept: 3 } as const

/** The archive's editions, which members are booked into one by one. */
export type ArchiveEdition = 'office' | 'service' | 'enterprise'
const editionNumber: Record<ArchiveEdition, number> = { office: 1, service: 2, enterprise: 3 }

/** doc 91614: members whose conversations are kept, of one edition or of all. */
export async function listPermittedUsers(app: WecomApp, edition?: ArchiveEdition, options?: CallOptions): Promise<string[]> {
  const body = edition ? { type: editionNumber[edition] } : {}
  return (await callWecom(app, 'msgaudit/get_permit_user_list', { body }, options)).ids ?? []
}

export type Agreement = {
  userId: string | undefined
  externalUserId: string
  /** `Agree`, `Disagree`, or `Default_Agree` of whoever was never asked; a new word stays as it is. */
  status: string
  /** Unix seconds of the answer; absent where there was none. */
  changedAt: number | undefined
}

/** doc 91782: what each customer answered each member. Any number of pairs; WeCom takes a hundred at a time. */
export async function checkAgreement(
  app: WecomApp,
  pairs: readonly { userId: string; externalUserId: string }[],
  options?: CallOptions,
): Promise<Agreement[]> {
  const agreements: Agreement[] = []
  for (const some of chunks(pairs, archiveLimits.pairsPerCall)) {
    // The field is spelt like this in the documents and on the wire.
    const info = some.map(({ userId, externalUserId }) => ({ userid: userId, exteranalopenid: externalUserId }))
    agreements.push(...agreementsOf(await callWecom(app, 'msgaudit/check_single_agree', { body: { info } }, options)))
  }
  return agreements
}

/** doc 91782: what everybody from outside answered in a group; an unknown group is 40058. */
export async function checkRoomAgreement(app: WecomApp, roomId: string, options?: CallOptions): Promise<Agreement[]> {
  return agreementsOf(await callWecom(app, 'msgaudit/check_room_agree', { body: { roomid: roomId } }, options))
}

export type ArchivedRoom = ResponseOf<'msgaudit/groupchat/get'>

/** doc 92951: a group of colleagues only; a customer group is 301059 and read with `getGroup`. Times in unix seconds. */
export function getArchivedRoom(app: WecomApp, roomId: string, options?: CallOptions): Promise<ArchivedRoom> {
  return callWecom(app, 'msgaudit/groupchat/get', { body: { roomid: roomId } }, options)
}

export type ArchiveRobot = NonNullable<ResponseOf<'msgaudit/get_robot_info'>['data']>

/** doc 91774: who a sender whose id begins with `wb` is. */
export async function getArchiveRobot(app: WecomApp, robotId: string, options?: CallOptions): Promise<ArchiveRobot | undefined> {
  return (await callWecom(app, 'msgaudit/get_robot_info', { query: { robot_id: robotId } }, options)).data
}

function agreementsOf(answer: ResponseOf<'msgaudit/check_single_agree'>): Agreement[] {
  return (answer.agreeinfo ?? []).map((one) => ({
    userId: one.userid,
    externalUserId: one.exteranalopenid ?? '',
    status: one.agree_status ?? 'Default_Agree',
    changedAt: one.status_change_time || undefined,
  }))
}
