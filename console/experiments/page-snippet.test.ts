import { expect, test } from 'vitest'
import { pageSnippet } from './page-snippet.ts'

test('a page has a branch for each variant, and no name gets out of its remark', () => {
  const variants = [
    { key: 'a', name: '故事', weight: 500 },
    { key: 'b', name: '小样\nalert(1) </script>', weight: 500 },
  ]
  const lines = pageSnippet({ id: 'xpt_1', variants }, '原来的页面').split('\n')
  expect(lines.slice(2, 6)).toEqual([
    "  liuliang('variant', 'xpt_1', (variant) => {",
    "    if (variant === 'a') { } // 故事",
    "    if (variant === 'b') { } // 小样 alert(1) /script ",
    '    // null: 原来的页面',
  ])
})
