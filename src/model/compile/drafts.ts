// The drafts of all classes, as those who cross from one to another ask for them.
import { suggest } from '../../failure/index.ts'
import { show } from './canonical.ts'
import type { EntityClass, ReferenceDeclaration } from './declaration.ts'
import type { Mistakes } from './mistakes.ts'
import type { Draft } from './read.ts'

/** Answers questions that cross from one draft to another. */
export interface Drafts {
  readonly all: readonly Draft[]
  named(name: string): Draft | undefined
  /** The draft a reference points at; a mistake and undefined where there is none. */
  targetOf(draft: Draft, field: string, target: () => EntityClass, at: ReferenceDeclaration['at']): Draft | undefined
}

export function draftsOf(all: readonly Draft[], mistakes: Mistakes): Drafts {
  return {
    all,
    named: name => all.find(d => d.name === name),
    targetOf: (draft, field, target, at) => {
      let entity: EntityClass | undefined
      try { entity = target() } catch (error) {
        mistakes.add(at(), { entity: draft.title, field }, `The target could not be read: ${error instanceof Error ? error.message : String(error)}.`)
        return undefined
      }
      const found = all.find(d => d.entity === entity)
      if (!found) {
        const name = typeof entity === 'function' ? entity.name : show(entity)
        mistakes.add(at(), { entity: draft.title, field }, `${name} is not in model({ … }).`, suggest(name, all.map(d => d.title).filter(t => t !== name)) || `Add it there: model({ ${name.charAt(0).toLowerCase()}${name.slice(1)}: ${name} }).`)
      }
      return found
    },
  }
}
