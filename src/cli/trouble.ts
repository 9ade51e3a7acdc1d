// Whatever went wrong, in lines for the person who must put it right. Never a stack trace, unless asked for.
import { inspect } from 'node:util'
import { SchemaDiffers } from '../application/index.ts'
import { Failure } from '../failure/index.ts'
import { describeRefusal } from '../migrate/index.ts'
import { DeclarationErrors } from '../model/compile/index.ts'
import { exit, Trouble } from './command.ts'
import { shown } from './locate.ts'

export interface Told { readonly lines: readonly string[]; readonly code: number }

export function explain(error: unknown, cwd: string): Told {
  if (error instanceof Trouble) return { lines: error.message.split('\n'), code: error.code }
  if (error instanceof DeclarationErrors) {
    return {
      code: exit.failed,
      lines: error.mistakes.map(({ file, line, entity, field, reason, suggestion }) => {
        const subject = [entity, field].filter(part => part !== null).join('.')
        return `${shown(file, cwd)}:${line}  ${subject === '' ? '' : `${subject}: `}${reason}${suggestion === null ? '' : ` ${suggestion}`}`
      }),
    }
  }
  if (error instanceof SchemaDiffers) {
    const refused = error.plan.refused.flatMap(refusal => {
      const place = refusal.place === null ? '' : `${shown(refusal.place.file, cwd)}:${refusal.place.line}  `
      return `${place}${describeRefusal({ ...refusal, place: null })}`.split('\n')
    })
    return { lines: error.refused ? refused : error.message.split('\n'), code: exit.differs }
  }
  if (error instanceof Failure && error.code === 'internal') return unexpected(error.cause ?? error)
  if (error instanceof Failure) return { lines: [error.message], code: exit.failed }
  if (error instanceof Error) {
    const { code } = error as { code?: string }
    if (code === 'EACCES' && /listen/.test(error.message)) return { lines: [`${error.message.replace('listen EACCES: ', '')}. Ports below 1024 need more rights; choose another with --port.`], code: exit.failed }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return { lines: [`${error.message}. This machine has no such address to listen at; see --host.`], code: exit.failed }
    // What we throw ourselves is written for people; what the machine throws names its system call or its class.
    if (error.constructor === Error || error.name === 'DataMistake' || code !== undefined) return { lines: error.message.split('\n'), code: exit.failed }
  }
  return unexpected(error)
}

const unexpected = (error: unknown): Told => ({
  lines: [error instanceof Error ? `${error.name}: ${error.message.split('\n')[0] ?? ''}` : inspect(error), 'This is probably a mistake in Backwright itself. The same command with --debug shows where.'], code: exit.failed,
})
