// The contract: operations and types of a model, made once; the WSDL is written from it, messages are read and written by it.
import { entityOf, type Model } from '../../../model/index.ts'
import { serviceOf } from '../names.ts'
import type { ServiceContract } from './operation.ts'
import { operationsOf } from './operations.ts'
import { rowType } from './rows.ts'
import { book } from './book.ts'

export type { Calls, Operation, Reads, ServiceContract, Writes } from './operation.ts'
export { wsdlOf } from './wsdl.ts'
export type { Complex, Particle, Simple, Type } from './book.ts'

export function contractOf(model: Model): ServiceContract {
  const b = book()
  const { name, namespace } = serviceOf(model)
  // The words of every contract first, then entities: their names are theirs.
  for (const word of ['Failure', 'IdempotencyKey', name, `${name}Port`]) b.take(word)
  const c = { model, book: b }
  for (const entity of Object.keys(model.entities)) if (!entityOf(model, entity).hidden) rowType(c, entityOf(model, entity))
  return { model, name, namespace, operations: operationsOf(c) }
}
