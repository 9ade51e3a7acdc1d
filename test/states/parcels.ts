// Parcels on their way: states whose transitions belong to the sender, to the depot, and to nobody.
import { access, allow, backend, boolean, caller, choice, deny, email, Entity, entity, hide, many, model, ref, text, transitions } from '../../src/index.ts'

export class Person extends entity({ caller: true }) {
  email = email().unique()
  static access = access(Person, ({ row, caller }) => [allow('read').when(row.is(caller)), allow('read').to('depot')])
}
export class Parcel extends Entity {
  sender = ref(() => Person).default(caller.person).fixed()
  status = choice('packed', 'sent', 'arrived', 'lost', 'returned').default('packed').by('depot')
  weighed = boolean().default(false)
  note = text().optional()
  stops = many(() => Stop, 'parcel').owned()

  static transitions = transitions(Parcel, 'status', ({ row, caller }) => ({
    send: { from: 'packed', to: 'sent', by: 'depot', when: row.weighed.eq(true), about: 'Puts it on the van' },
    arrive: { from: ['sent', 'lost'], to: 'arrived', by: ['depot', 'driver'] },
    lose: { from: 'sent', to: 'lost' },
    takeBack: { from: ['packed', 'sent'], to: 'returned', when: row.sender.is(caller) },
  }))
  static access = access(Parcel, ({ row, caller }) => [
    allow('read', 'create').when(row.sender.is(caller)),
    allow('update').when(row.sender.is(caller).and(row.status.eq('packed'))),
    allow('read', 'create', 'update').to('depot'),
    allow('read').to('driver'),
    deny('update').when(row.status.eq('returned')),
    hide('note').unless(row.sender.is(caller)),
  ])
}
export class Stop extends Entity {
  parcel = ref(() => Parcel)
  town = text()
  state = choice('ahead', 'passed').optional()
  static transitions = [transitions(Stop, 'state', () => ({ pass: { from: 'ahead', to: 'passed', by: 'driver' } }))]
}

export const parcels = model({ person: Person, parcel: Parcel, stop: Stop })
export default backend({ name: 'parcels', model: parcels, callers: { person: { entity: Person, match: 'email', claim: 'email' } } })
