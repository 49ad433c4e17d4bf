import type { Experiment } from '#operation/experiments/schema.ts'

type Tried = Pick<Experiment, 'id' | 'variants'>

/** What a page says to be tried: one branch for each variant. A name is only a remark there, and nothing may come out of it. */
export const pageSnippet = ({ id, variants }: Tried, asItIs: string): string => `<script>
  window.liuliang ??= Object.assign((...said) => liuliang.q.push(said), { q: [] })
  liuliang('variant', '${id}', (variant) => {
${variants.map(({ key, name }) => `    if (variant === '${key}') { } // ${remark(name)}`).join('\n')}
    // null: ${asItIs}
  })
</script>`

const remark = (name: string): string => name.replace(/[\s<>]+/g, ' ')
