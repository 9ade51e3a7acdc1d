// territories of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, entity, many, ref, text } from 'backwright'
import { Employee } from './employee.ts'
import { Region } from './region.ts'

export class Territory extends entity({ id: text({ max: 20 }), bare: true }) {
  territoryDescription = text({ max: 60 })
  region = ref(() => Region)
  employees = many(() => Employee, 'territories')   // through employee_territories

  static table = { adopted: true, columns: { id: 'territory_id' } }

  static access = access(Territory, () => [
    allow('read').always(),
    allow('update').to('sales'),
  ])
}
