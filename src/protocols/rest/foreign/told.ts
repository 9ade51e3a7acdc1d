// Failures in the words of a contract: its statuses, its texts, the form of its bodies.
import type { Failure } from '../../../failure/index.ts'
import type { ContractModel, Model, ResourceModel, RouteModel, Told } from '../../../model/index.ts'
import type { FieldName } from '../../../operation/index.ts'
import { find } from '../../../model/index.ts'
import type { Exchange, Reply } from '../../protocol.ts'

/** What is known of a request by the time it failed. */
export interface About {
  readonly route?: RouteModel
  /** What the failure is about. */
  readonly resource?: ResourceModel
  /** The body, unwrapped, and the fields that its names are. */
  readonly given?: unknown
  readonly takes?: Readonly<Record<string, FieldName>>
  /** JSON of the row as it is now. */
  readonly current?: string
}

/** What begins the names of members that nobody takes, so that the engine tells them where they belong in the order of failures. */
export const stranger = '~'

const within = (given: unknown, at: readonly (string | number)[]): unknown =>
  at.reduce<unknown>((of, step) => (typeof of === 'object' && of !== null && Object.hasOwn(of, step) ? (of as Readonly<Record<string | number, unknown>>)[step] : undefined), given)
const isBlank = (x: unknown): boolean => x === undefined || x === null || (typeof x === 'string' && x.trim() === '')

export function wordsOf(contract: ContractModel, route: RouteModel | undefined, code: string): Told {
  return (route && find(route.failures, code)) ?? find(contract.failures, code) ?? {}
}

/** A failure as the contract tells it. */
export function refusal(model: Model, contract: ContractModel, failure: Failure, exchange: Pick<Exchange, 'id'>, about: About): Reply {
  const { code, row } = failure, hidden = code === 'internal'
  const words = wordsOf(contract, about.route, code)
  const names = Object.fromEntries(Object.entries(about.takes ?? {}).map(([name, field]) => [field, name]))
  const nameOf = (part: string | number | undefined): string => {
    const text = String(part ?? '')
    return find(names, text) ?? (text.startsWith(stranger) ? text.slice(stranger.length) : text)
  }
  const fields: Record<string, string[]> = Object.create(null) as Record<string, string[]>
  const say = (at: string, text: string): void => { const list = (fields[at] ??= []); if (!list.includes(text)) list.push(text) }
  const message = hidden ? `This is not your fault. Quote the request id ${exchange.id} when you report it.` : failure.message
  const duplicates = failure.facts['fields'], wrong = Array.isArray(duplicates) ? duplicates.map(String) : failure.at.slice(0, 1).map(String)
  const mistakes = words.at === undefined && code !== 'row.duplicate' ? failure.mistakes : []
  if (mistakes.length > 0) {
    for (const { at, detail } of mistakes) {
      const [first, ...rest] = at, name = nameOf(first), value = within(about.given, [name, ...rest])
      // What must be one of a few values, and what nobody takes, is not filled in wrongly: it is wrong.
      const field = about.resource && find(model.entities[about.resource.entity]?.fields ?? {}, String(first)), strange = String(first).startsWith(stranger) || (field?.kind === 'choice' && value !== undefined)
      const its = contract.failures[first === undefined || about.given === undefined || strange || !isBlank(value) ? 'invalid' : 'blank']?.says
      say(first === undefined ? about.resource?.as ?? 'body' : name, words.says ?? its ?? detail.replace(`'${stranger}`, "'"))
    }
  } else if (words.at === undefined && code === 'row.duplicate' && Array.isArray(duplicates)) {
    // Of references it is the row they name that is there already.
    for (const field of duplicates) say(nameOf(String(field)), words.says ?? message)
  } else if (words.at === undefined && code === 'row.invalid' && wrong.length > 0) {
    for (const field of wrong) say(nameOf(field), words.says ?? contract.failures['invalid']?.says ?? message)
  } else {
    const usual = code.startsWith('caller.') && code !== 'caller.forbidden' ? 'token' : code.startsWith('request.') ? 'request' : about.resource?.as ?? 'request'
    say(words.at ?? (failure.at.length > 0 && code === 'resolve.value' ? nameOf(failure.at[0]) : usual), words.says ?? (hidden ? message : row.title))
  }
  const status = words.status ?? row.status
  const facts: Readonly<Record<string, unknown>> = { fields, messages: Object.entries(fields).flatMap(([at, texts]) => texts.map(text => `${at} ${text}`)), message, code, status, id: exchange.id }
  const fill = (form: unknown): unknown =>
    (typeof form === 'string' ? find(facts, form) ?? form : Array.isArray(form) ? form.map(fill) : typeof form === 'object' && form !== null ? Object.fromEntries(Object.entries(form).map(([name, of]: [string, unknown]) => [name, fill(of)])) : form)
  const body = JSON.stringify(fill(contract.form))
  const beside = about.current !== undefined && about.resource ? `,${JSON.stringify(about.resource.as)}:${about.current}` : ''
  const { allow, retryAfter } = failure.facts
  return {
    status,
    headers: {
      'content-type': 'application/json', 'cache-control': 'no-store',
      ...(row.retry === 'later' ? { 'retry-after': String(typeof retryAfter === 'number' ? Math.max(1, Math.ceil(retryAfter)) : 1) } : {}),
      ...(status === 401 ? { 'www-authenticate': contract.scheme } : {}), ...(typeof allow === 'string' ? { allow } : {}),
    },
    body: [beside === '' ? body : `${body.slice(0, -1)}${beside}}`],
  }
}

