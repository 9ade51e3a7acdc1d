// What every client is given, and how it says that something is not as it should be.

declare const process: { readonly env: Readonly<Record<string, string | undefined>> }
declare const console: { log(text: string): void }

const { CONSUMER_URL: url = '', CONSUMER_TOKEN: token = '', CONSUMER_STAFF: staff = '' } = process.env
export { staff, token, url }
export const bearer = (of: string): { readonly authorization: string } => ({ authorization: `Bearer ${of}` })

export function equal(is: unknown, must: unknown, what: string): void {
  if (JSON.stringify(is) !== JSON.stringify(must)) throw new Error(`${what} is ${JSON.stringify(is)}, not ${JSON.stringify(must)}`)
}

/** Narrows away what is not there. */
export function there<T>(of: T | null | undefined, what: string): T {
  if (of === null || of === undefined) throw new Error(`there is no ${what}`)
  return of
}

export const done = (what: string): void => { console.log(`${what}: talks to the server`) }
