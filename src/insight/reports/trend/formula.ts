import Big from 'big.js'

/** Arithmetic over series: letters, decimal numbers, + - * / and parentheses. Nothing else is a formula. */
export type Formula =
  | { kind: 'number'; value: Big }
  | { kind: 'series'; letter: string }
  | { kind: 'negative'; of: Formula }
  | { kind: 'binary'; sign: '+' | '-' | '*' | '/'; left: Formula; right: Formula }

export function parseFormula(text: string): Formula {
  const tokens = [...text.matchAll(/\s*(?:(\d+(?:\.\d+)?)|([A-Ta-t])(?![A-Za-z\d])|([-+*/()])|(\S))/g)]
  const bad = tokens.find((token) => token[4] !== undefined)
  if (bad) throw new Error(`A formula has series letters, numbers, + - * / and parentheses; "${bad[4]}" is none of them.`)
  const reader = { tokens: tokens.map((token) => String(token[0]).trim()), at: 0, depth: 0 }
  const formula = readSum(reader)
  if (reader.at < reader.tokens.length) throw new Error(`"${reader.tokens[reader.at]}" is not expected there.`)
  return formula
}

type Reader = { tokens: string[]; at: number; depth: number }

function readSum(reader: Reader): Formula {
  let left = readProduct(reader)
  for (let sign = reader.tokens[reader.at]; sign === '+' || sign === '-'; sign = reader.tokens[reader.at]) {
    reader.at++
    left = { kind: 'binary', sign, left, right: readProduct(reader) }
  }
  return left
}

function readProduct(reader: Reader): Formula {
  let left = readFactor(reader)
  for (let sign = reader.tokens[reader.at]; sign === '*' || sign === '/'; sign = reader.tokens[reader.at]) {
    reader.at++
    left = { kind: 'binary', sign, left, right: readFactor(reader) }
  }
  return left
}

function readFactor(reader: Reader): Formula {
  const token = reader.tokens[reader.at++]
  if (token === undefined) throw new Error('The formula ends too early.')
  if (++reader.depth > 100) throw new Error('The formula is nested too deep.')
  if (token === '-') return { kind: 'negative', of: readFactor(reader) }
  if (token === '(') {
    const inner = readSum(reader)
    if (reader.tokens[reader.at++] !== ')') throw new Error('A parenthesis is not closed.')
    reader.depth--
    return inner
  }
  reader.depth--
  if (/^\d/.test(token)) return { kind: 'number', value: new Big(token) }
  if (/^[A-Ta-t]$/.test(token)) return { kind: 'series', letter: token.toUpperCase() }
  throw new Error(`"${token}" is not expected there.`)
}

export function formulaLetters(formula: Formula): string[] {
  if (formula.kind === 'series') return [formula.letter]
  if (formula.kind === 'negative') return formulaLetters(formula.of)
  return formula.kind === 'binary' ? [...formulaLetters(formula.left), ...formulaLetters(formula.right)] : []
}

/** Null where a series has no value, and for a division by zero: a ratio without a denominator is empty. */
export function evaluateFormula(formula: Formula, seriesValue: (letter: string) => Big | null): Big | null {
  if (formula.kind === 'number') return formula.value
  if (formula.kind === 'series') return seriesValue(formula.letter)
  if (formula.kind === 'negative') return evaluateFormula(formula.of, seriesValue)?.neg() ?? null
  const left = evaluateFormula(formula.left, seriesValue)
  const right = evaluateFormula(formula.right, seriesValue)
  if (left === null || right === null) return null
  if (formula.sign === '/') return right.eq(0) ? null : left.div(right)
  return formula.sign === '+' ? left.plus(right) : formula.sign === '-' ? left.minus(right) : left.times(right)
}

/** How often money is multiplied in a formula: 1 for amounts, 0 for numbers and shares of money, null where a sum makes no sense. */
export function moneyPower(formula: Formula, isMoney: (letter: string) => boolean): number | null {
  if (formula.kind === 'number') return 0
  if (formula.kind === 'series') return isMoney(formula.letter) ? 1 : 0
  if (formula.kind === 'negative') return moneyPower(formula.of, isMoney)
  const left = moneyPower(formula.left, isMoney)
  const right = moneyPower(formula.right, isMoney)
  if (left === null || right === null) return null
  if (formula.sign === '*') return left + right
  if (formula.sign === '/') return left - right
  return left === right ? left : null
}
