// What a reviewer of a declaration says: where, how bad, what, why, and what to do.
import type { EntityModel, FieldModel, Place, Rule } from '../../model/index.ts'

export interface Finding {
  /** Its kind: `rule.never`. */
  readonly code: string
  /** `error`: certainly not meant, or leaks. `warning`: probably not meant. `hint`: worth a thought. */
  readonly severity: 'error' | 'warning' | 'hint'
  readonly file: string
  readonly line: number
  /** `Product.price`, `Order.2`, or null. */
  readonly subject: string | null
  readonly says: string
  readonly why: string
  readonly do: string
}

type Words = Pick<Finding, 'says' | 'why' | 'do'>
const at = ({ file, line }: Place): Pick<Finding, 'file' | 'line'> => ({ file, line })

export const ofEntity = (code: string, severity: Finding['severity'], entity: EntityModel, words: Words): Finding => ({ code, severity, ...at(entity.place), subject: entity.title, ...words })
export const ofField = (code: string, severity: Finding['severity'], entity: EntityModel, { name, place }: Pick<FieldModel, 'name' | 'place'>, words: Words): Finding =>
  ({ code, severity, ...at(place), subject: `${entity.title}.${name}`, ...words })
export const ofRule = (code: string, severity: Finding['severity'], rule: Rule, words: Words): Finding => ({ code, severity, ...at(rule.place), subject: rule.id, ...words })
