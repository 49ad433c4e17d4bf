/** What somebody copies: the words with their own address in them, or behind them. */
export const scriptWith = (script: string, url: string): string =>
  script.includes('{link}') ? script.replaceAll('{link}', url) : [script, url].filter((part) => part !== '').join('\n')
