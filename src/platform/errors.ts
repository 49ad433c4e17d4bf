/** The one error that leaves the program: a namespaced code, words that say what to do, and the field at fault. */
export class AppError extends Error {
  readonly code: string
  readonly status: number
  readonly field: string | undefined
  readonly details: Record<string, unknown> | undefined

  constructor(code: string, options: ErrorOptions & ErrorFacts) {
    super(options.message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.status = options.status ?? 400
    this.field = options.field
    this.details = options.details
  }
}

export type ErrorFacts = {
  message: string
  /** HTTP status, 400 when not said. */
  status?: number
  field?: string | undefined
  details?: Record<string, unknown>
  cause?: unknown
}

export const appError = (code: string, facts: ErrorFacts): AppError => new AppError(code, facts)

/** What was refused will be refused again: asking once more is of no use, as it may be where something is away. */
export const isRefusal = (error: unknown): error is AppError => error instanceof AppError && error.status < 500

/** Also what a stranger's resource answers: nobody learns that it exists. */
export const notFound = (noun: string): AppError =>
  appError(`${noun}.not_found`, { status: 404, message: `No such ${noun.replaceAll('_', ' ')}.` })

/** `{code, message, field?}`, as the last line on stderr and inside the HTTP error envelope. Unknown errors keep their words to the log. */
export function describeError(error: unknown): { code: string; message: string; field?: string } {
  if (!(error instanceof AppError))
    return { code: 'internal.error', message: 'Something went wrong here; the log has the details under this request id.' }
  return { code: error.code, message: error.message, ...(error.field === undefined ? {} : { field: error.field }) }
}
