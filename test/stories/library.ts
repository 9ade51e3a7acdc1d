// A library whose rules may be declared wrong: what its proofs must find is declared into it.
import {
  access, allow, backend, bytes, caller, choice, decimal, deny, duration, email, entity, Entity, hide, integer, json, list, many, model, ref, text, timestamp,
} from 'backwright'

export class Reader extends entity({ caller: true }) {
  name = text({ min: 1, max: 40 })
  email = email().unique()
  loans = many(() => Loan, 'reader')
  static access = access(Reader, ({ row, caller }) => [allow('read', 'update').when(row.is(caller)), allow('read', 'create', 'update', 'delete').to('librarian')])
}

export class Loan extends Entity {
  reader = ref(() => Reader).default(caller.reader)
  title = text({ max: 60 })
  pages = integer({ min: 1, max: 900 })
  price = decimal({ precision: 8, scale: 2 })
  state = choice('out', 'back').default('out')
  due = timestamp().optional()
  period = duration().optional()
  facts = json().optional()
  cover = bytes({ max: 64 }).optional()
  tags = list(text({ max: 20 }))
  remark = text({ max: 60 }).optional()
  static access = access(Loan, ({ row, caller }) => [
    allow('read', 'update').when(row.reader.is(caller)),
    allow('read', 'create', 'update', 'delete').to('librarian'),
    deny('delete').when(row.state.eq('out')),
    hide('remark').unless(caller.is('librarian')),
  ])
}

/** The library, with an entity more of which the rules are given. */
export const library = backend({
  name: 'library',
  model: model({ reader: Reader, loan: Loan }),
  callers: { reader: { entity: Reader, match: 'email', claim: 'email' } },
  as: { anna: { email: 'anna@x.example' }, ben: { email: 'ben@x.example' }, librarian: { roles: ['librarian'] } },
})

/** Rooms, whose rules each lack one side. */
export class Room extends Entity {
  name = text({ max: 20 })
  seats = integer({ min: 1, max: 20 })
  state = choice('open', 'closed').default('open')
  static access = access(Room, ({ row, caller }) => [
    allow('read').when(row.seats.gt(20)),
    allow('read').when(row.seats.gte(1)),
    deny('update').when(row.state.eq('closed')),
    allow('update').when(caller.is('porter').and(row.state.eq('closed'))),
    deny('delete').when(row.seats.eq(3)),
    hide('name').when(row.seats.gt(30)),
  ])
}
export const rooms = backend({ name: 'rooms', model: model({ room: Room }) })
