// employees of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, bytes, date, entity, hide, integer, many, ref, text } from 'backwright'
import { Order } from './order.ts'
import { Territory } from './territory.ts'

export class Employee extends entity({ id: integer(), bare: true }) {
  lastName = text({ max: 20 })
  firstName = text({ max: 10 })
  title = text({ max: 30 }).optional()
  titleOfCourtesy = text({ max: 25 }).optional()
  birthDate = date().optional()
  hireDate = date().optional()
  address = text({ max: 60 }).optional()
  city = text({ max: 15 }).optional()
  region = text({ max: 15 }).optional()
  postalCode = text({ max: 10 }).optional()
  country = text({ max: 15 }).optional()
  homePhone = text({ max: 24 }).optional()
  extension = text({ max: 4 }).optional()
  photo = bytes().optional()
  notes = text().optional()
  manager = ref(() => Employee).optional()
  photoPath = text({ max: 255 }).optional()
  reports = many(() => Employee, 'manager')
  orders = many(() => Order, 'employee')
  territories = many(() => Territory)   // through employee_territories

  static table = {
    adopted: true,
    columns: { id: 'employee_id', manager: 'reports_to' },
    links: { territories: { name: 'employee_territories', near: 'employee_id', far: 'territory_id' } },
  }

  static access = access(Employee, ({ caller }) => [
    allow('read').always(),
    allow('create', 'update', 'delete').to('personnel'),
    hide('birthDate', 'address', 'city', 'region', 'postalCode', 'homePhone', 'notes', 'photoPath').unless(caller.is('personnel')),
  ])
}
