// us_states of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, entity, integer, text } from 'backwright'

export class UsState extends entity({ id: integer(), bare: true }) {
  stateName = text({ max: 100 }).optional()
  stateAbbr = text({ max: 2 }).optional()
  stateRegion = text({ max: 50 }).optional()

  static table = { adopted: true, columns: { id: 'state_id' } }

  static access = access(UsState, () => [allow('read').always()])
}
