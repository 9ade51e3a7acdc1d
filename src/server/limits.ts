// What the server bounds before anybody reads a byte.

export interface Limits {
  /** Bytes of a body. */
  readonly body: number
  /** Bytes of path and query. */
  readonly url: number
  /** Bytes of all headers together. */
  readonly headers: number
  /** Milliseconds: for the headers to arrive, for the whole request to arrive, for the answer, of idleness between requests. */
  readonly headersMs: number
  readonly arrivalMs: number
  readonly answerMs: number
  readonly idleMs: number
  /** Milliseconds that requests in flight get when the server stops. */
  readonly stopMs: number
  /** Answers smaller than this are not compressed. */
  readonly compressFrom: number
}

export const limits: Limits = {
  body: 1_048_576, url: 16_384, headers: 32_768,
  headersMs: 10_000, arrivalMs: 30_000, answerMs: 30_000, idleMs: 72_000, stopMs: 10_000,
  compressFrom: 1024,
}
