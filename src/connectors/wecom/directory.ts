import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { ResponseOf } from './endpoints/catalogue.ts'
import { pages } from './paging.ts'

export type Department = NonNullable<ResponseOf<'department/list'>['department']>[number]
export type DepartmentId = NonNullable<ResponseOf<'department/simplelist'>['department_id']>[number]
export type Member = ResponseOf<'user/get'>

/** doc 90208: the department and everything below it; all visible ones without an id. */
export async function listDepartments(app: WecomApp, id?: number, options?: CallOptions): Promise<Department[]> {
  const answer = await callWecom(app, 'department/list', { query: id === undefined ? {} : { id } }, options)
  return answer.department ?? []
}

/** doc 95350: ids, parents and order only, which any app may read. */
export async function listDepartmentIds(app: WecomApp, id?: number, options?: CallOptions): Promise<DepartmentId[]> {
  return (await callWecom(app, 'department/simplelist', { query: id === undefined ? {} : { id } }, options)).department_id ?? []
}

/** doc 95351 */
export async function getDepartment(app: WecomApp, id: number, options?: CallOptions): Promise<Department | undefined> {
  return (await callWecom(app, 'department/get', { query: { id } }, options)).department
}

/** doc 90201: members with details; mobile, e-mail and avatar are absent for apps made after June 2022. */
export async function listMembers(app: WecomApp, departmentId: number, options?: CallOptions): Promise<Member[]> {
  return (await callWecom(app, 'user/list', { query: { department_id: departmentId } }, options)).userlist ?? []
}

/** doc 90200: ids and names only. */
export async function listMemberNames(app: WecomApp, departmentId: number, options?: CallOptions): Promise<Member[]> {
  return (await callWecom(app, 'user/simplelist', { query: { department_id: departmentId } }, options)).userlist ?? []
}

/** doc 90196; outside the visible range it is 60111. */
export function getMember(app: WecomApp, userid: string, options?: CallOptions): Promise<Member> {
  return callWecom(app, 'user/get', { query: { userid } }, options)
}

/** doc 96067: every member's id and departments; needs the secret of the directory synchronisation. */
export function listMemberIds(app: WecomApp, options?: CallOptions) {
  return pages(async (cursor) => {
    const answer = await callWecom(app, 'user/list_id', { body: { limit: 10_000, ...(cursor && { cursor }) } }, options)
    return { items: answer.dept_user ?? [], next: answer.next_cursor }
  })
}

/** doc 95402: nobody's is 60111. Wrong numbers above a fifth of the headcount close this call for a day. */
export async function memberOfMobile(app: WecomApp, mobile: string, options?: CallOptions): Promise<string> {
  return (await callWecom(app, 'user/getuserid', { body: { mobile } }, options)).userid
}

/** doc 95895: the work address unless told; nobody's is 60111. */
export async function memberOfEmail(
  app: WecomApp,
  email: string,
  { personal = false }: { personal?: boolean } = {},
  options?: CallOptions,
): Promise<string> {
  return (await callWecom(app, 'user/get_userid_by_email', { body: { email, email_type: personal ? 2 : 1 } }, options)).userid
}
