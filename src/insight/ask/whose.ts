import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { may } from '#platform/http/router.ts'
import { publicId } from '#platform/ids.ts'
import { bindings, idsSql } from '../reports/sql.ts'
import { visiblePersons } from '../reports/visible.ts'
import type { Entry } from './lexicon.ts'
import type { Meaning } from './meanings.ts'
import { plain } from './read.ts'

const most = 200

/** Who follows customers, as far as the asker may know of them: the whole team, or those of the own data scope. */
function visibleEmployees(ctx: Context) {
  if (may(ctx, 'team.read') || (ctx.actor.scope === 'all' && may(ctx, 'customers.read'))) return sql`true`
  return ctx.actor.scope === 'all' ? sql`false` : sql`e.id = any(${[...ctx.actor.scope]}::int[])`
}

type Employee = { id: number; name: string; status: string; departments: string[] }

/** Employees whose names stand in the question; of several of one name, the department may stand beside it. */
export async function employeeEntries(ctx: Context, question: string): Promise<Entry[]> {
  const { rows } = await sql<Employee>`
    select e.id, e.name, e.status, coalesce(array_agg(d.name order by d.name) filter (where d.name <> ''), '{}') as departments from employees e
      left join employee_departments m on m.tenant_id = e.tenant_id and m.employee_id = e.id
      left join departments d on d.tenant_id = m.tenant_id and d.id = m.department_id
    where e.tenant_id = ${ctx.tenantId} and ${visibleEmployees(ctx)} and length(e.name) > 1
      and position(lower(normalize(e.name, nfkc)) in lower(${question})) > 0
    group by e.tenant_id, e.id order by e.status = 'left', e.id limit ${most}`.execute(ctx.db)
  return rows.flatMap((row) => entriesOf(ctx, row, rows))
}

function entriesOf(ctx: Context, employee: Employee, all: readonly Employee[]): Entry[] {
  const id = publicId(ctx, 'emp', employee.id)
  const { name, departments } = employee
  const label = (one: Employee) => [...one.departments, ...(one.status === 'left' ? ['已离职'] : [])].join('、')
  const namesakes = all.filter((one) => plain(one.name) === plain(name))
  const same = namesakes.filter((one) => label(one) === label(employee)).length > 1
  const beside = namesakes.length > 1 ? [label(employee) || '没有部门', ...(same ? [id] : [])].join(' · ') : ''
  const meaning: Meaning = {
    is: 'employee',
    id,
    as: {
      zh: `员工「${name}」${beside && `（${beside}）`}的客户`,
      en: `customers of the employee “${name}”${beside && ` (${beside.replace('已离职', 'left').replace('没有部门', 'no department')})`}`,
    },
  }
  const said = plain(name)
  const placed = departments.flatMap((department) => {
    const place = plain(department)
    return [`${place}${said}`, `${place}的${said}`, `${place} ${said}`, `${said}(${place})`, `${said} of ${place}`, `${said} in ${place}`]
  })
  return [said, ...['', '是', '为', ':'].map((between) => `员工${between}${said}`), `「${said}」`, `employee ${said}`, ...placed].map(
    (word): Entry => [word, meaning],
  )
}

const ToldRow = z.object({ property: z.string(), value: z.string() })
type Told = z.infer<typeof ToldRow>

/** Columns that everybody may have, beside attributes. */
const columns = { company: { zh: '公司', en: 'company' }, position: { zh: '职位', en: 'position' } }

type Attribute = { key: string; name: string; type: string; choices: string[] }

/** What may be chosen of attributes, and the genders: known without looking at anybody. */
export const chosenEntries = (attributes: readonly Attribute[]): Entry[] => [
  ...attributes.flatMap(({ key, choices }) => choices.flatMap((value) => valueWords({ property: key, value }, attributes))),
  ...genderEntries,
]

/** Values that stand in the question and that somebody whom the asker may see really has. */
export async function toldEntries(ctx: Context, question: string, attributes: readonly Attribute[]): Promise<Entry[]> {
  const told = await toldValues(ctx, attributes, question.toLowerCase())
  return told.flatMap((one) => valueWords(one, attributes))
}

/** Attributes are read from the mirror: of many people it looks them through several times faster than PostgreSQL. */
async function toldValues(ctx: Context, attributes: readonly Attribute[], question?: string): Promise<Told[]> {
  const visible = await visiblePersons(ctx)
  const [mirrored, rows] = await Promise.all([mirroredValues(ctx, attributes, visible, question), columnValues(ctx, visible, question)])
  return [...mirrored, ...rows.filter(({ property }) => !attributes.some(({ key }) => key === property))]
}

/** Texts only: a number, a day or a yes is none that a sentence would name. Genders have words of their own. */
function mirroredValues(ctx: Context, attributes: readonly Attribute[], visible: number[] | undefined, question: string | undefined) {
  const bind = bindings()
  const others = ['gender', 'kind', ...attributes.filter(({ type }) => type !== 'text' && type !== 'choice').map(({ key }) => key)]
  const conditions = [
    "kv.2 != ''",
    'lengthUTF8(kv.2) <= 100',
    `not has(${bind.texts(others)}, kv.1)`,
    ...(question === undefined ? [] : [`position(${bind.text(question)}, lowerUTF8(kv.2)) > 0`]),
  ]
  const people = [`tenant = ${bind.integer(ctx.tenantId)}`, ...(visible ? [idsSql('person', visible)] : [])]
  return ctx.clickhouse.ask({
    sql: `select kv.1 as property, kv.2 as value
      from (select arrayJoin(arrayFilter(kv -> ${conditions.join(' and ')}, arrayZip(mapKeys(properties), mapValues(properties)))) as kv
        from persons final where ${people.join(' and ')})
      where not match(value, '^([-0-9.:TZ ]+|true|false)$') group by property, value order by count() desc, property, value limit ${most}`,
    params: bind.params,
    row: ToldRow,
  })
}

async function columnValues(ctx: Context, visible: number[] | undefined, question: string | undefined): Promise<Told[]> {
  const fits = question === undefined ? sql`true` : sql`position(lower(v.value) in ${question}) > 0`
  const { rows } = await sql<Told>`
    select v.property, v.value from customers c, lateral (values ('company', c.company), ('position', c.position)) v (property, value)
    where c.tenant_id = ${ctx.tenantId} and c.listed and ${visible ? sql`c.id = any(${visible}::int[])` : sql`true`} and v.value <> '' and ${fits}
    group by 1, 2 order by count(*) desc, 1, 2 limit ${most}`.execute(ctx.db)
  return rows
}

function nameOf(property: string, attributes: readonly Attribute[]): { zh: string; en: string } {
  const own = attributes.find(({ key }) => key === property)
  if (own) return { zh: own.name, en: own.name }
  return columns[property as keyof typeof columns] ?? { zh: property, en: property }
}

function valueWords({ property, value }: Told, attributes: readonly Attribute[]): Entry[] {
  const name = nameOf(property, attributes)
  const meaning: Meaning = { is: 'value', property, value, as: { zh: `「${name.zh}」是「${value}」`, en: `“${name.en}” is “${value}”` } }
  const said = plain(value)
  const calls = [...new Set([name.zh, name.en, property])].map(plain)
  const beside = calls.flatMap((call) => [
    ...['', ' ', '是', '为', ':', '=', ' is ', ' = ', ': '].map((between) => `${call}${between}${said}`),
    `${said}${call}`,
    `${said} ${call}`,
  ])
  // One letter alone says too little to be a value.
  return [...beside, ...(said.length > 1 ? [said, `「${said}」`] : [])].map((word): Entry => [word, meaning])
}

const genderWords = {
  female: { words: '女性|女|女的|female', people: '女士|女生|女人|females|women|woman', zh: '女', en: 'female' },
  male: { words: '男性|男|男的|male', people: '男士|男生|男人|males|men|man', zh: '男', en: 'male' },
} as const

const genderEntries: readonly Entry[] = Object.entries(genderWords).flatMap(([value, { words, people, zh, en }]) => {
  const meaning: Meaning = { is: 'value', property: 'gender', value, as: { zh: `「性别」是「${zh}」`, en: `“gender” is “${en}”` } }
  return [
    ...words.split('|').map((word): Entry => [word, meaning]),
    ...people.split('|').map((word): Entry => [word, { ...meaning, people: true }]),
  ]
})

/** What a name may have been meant to be: only what the asker may see anyway. */
export async function knownNames(ctx: Context, attributes: readonly Attribute[]): Promise<string[]> {
  const [employees, told] = await Promise.all([
    sql<{
      name: string
    }>`select distinct e.name from employees e where e.tenant_id = ${ctx.tenantId} and ${visibleEmployees(ctx)} and e.name <> '' limit 5000`.execute(
      ctx.db,
    ),
    toldValues(ctx, attributes),
  ])
  return [
    ...new Set([
      ...employees.rows.map(({ name }) => name),
      ...attributes.flatMap(({ choices }) => choices),
      ...told.map(({ value }) => value),
    ]),
  ]
}
