// Actions as operations: what they take and answer as types, and the failures they declare as details of faults.
import { actionsOf, entityOf, type ActionModel, type EntityModel, type FailureModel, type Member } from '../../../model/index.ts'
import { pascal, particle, type Complex, type Contract, type Particle } from './book.ts'
import type { DeclaredDetail, Operation } from './operation.ts'
import { fieldAbout, fieldType, plain } from './values.ts'

/** Every action, an entity's own among them, but those that keep somebody else's contract: these are where that contract says. `idOf`: the particle of an entity's key. */
export function actionOperations(c: Contract, idOf: (entity: EntityModel) => Particle): readonly Operation[] {
  const details = new Map<string, DeclaredDetail>()
  return actionsOf(c.model).filter(a => a.contract === null).map(action => {
    const entity = action.entity === null ? null : entityOf(c.model, action.entity)
    const name = c.book.take(`${pascal(action.name)}${entity?.title ?? ''}`)
    const about = action.about ?? (entity === null ? `Calls ${action.name}.` : `Calls ${action.name} of one ${entity.title}.`)
    const members = particles(c, name, action.input, 'write')
    const input: readonly Particle[] = entity === null ? members : [
      idOf(entity), particle('version', plain('text'), { about: 'Only if the row still has this version.' }),
      ...(members.length === 0 ? [] : [particle('input', c.book.complex(`input ${action.id}`, `${name}Input`, () => ({ particles: members, open: nobody })))]),
    ]
    return {
      name, about, does: { kind: 'call', action, entity }, offered: action.allow.kind !== 'never', result: resultOf(c, name, action),
      input: { kind: 'complex', name, about, particles: input, list: null, open: entity === null ? nobody : null, written: false },
      failures: action.failures.map(f => details.get(f.code) ?? remembered(details, detailOf(c, f))),
    }
  })
}

function remembered(details: Map<string, DeclaredDetail>, made: DeclaredDetail): DeclaredDetail {
  details.set(made.code, made)
  return made
}

/** Names that do not exist here are nobody's fields. */
const nobody = { fields: {} }

/** Without a declared output whatever the code returns is JSON as text. */
function resultOf(c: Contract, name: string, { id, output }: ActionModel): Complex {
  if (output === null) return c.book.complex('any output', 'Output', () => ({ particles: [particle('json', plain('json'), { about: 'JSON as text; not there where nothing is answered.' })] }))
  return c.book.complex(`output ${id}`, `${name}Output`, () => ({ particles: particles(c, name, output, 'read') }))
}

function particles(c: Contract, around: string, members: readonly Member[], use: 'read' | 'write'): readonly Particle[] {
  return members.map(m => {
    if (m.kind === 'value') {
      const { field: f } = m
      const about = [fieldAbout(f, use), m.keyOf === null ? null : `The key of one ${entityOf(c.model, m.keyOf).title}.`].filter(x => x !== null).join(' ')
      return particle(m.name, fieldType(c.book, { name: `${around}.`, title: around }, f, use), {
        nillable: f.optional, required: use === 'read' || (!f.optional && f.default === null), about: about === '' ? null : about,
      })
    }
    const name = `${around}${pascal(m.name)}`
    const one = (): Complex => c.book.complex(`member ${name} ${use}`, m.list === null ? name : `${name}Item`, () => ({ particles: particles(c, name, m.members, use), ...(use === 'write' ? { open: nobody } : {}) }))
    const type = m.list === null ? one() : c.book.complex(`members ${name} ${use}`, `${name}List`, () => ({ list: 'item', particles: [particle('item', one(), { many: true })] }))
    return particle(m.name, type, { nillable: m.optional, required: use === 'read' || !m.optional, about: m.about })
  })
}

function detailOf(c: Contract, f: FailureModel): DeclaredDetail {
  const element = c.book.take(pascal(f.name))
  return { code: f.code, element, about: f.about, facts: f.facts.length === 0 ? null : c.book.complex(`facts ${f.code}`, `${element}Facts`, () => ({ particles: particles(c, element, f.facts, 'read') })) }
}
