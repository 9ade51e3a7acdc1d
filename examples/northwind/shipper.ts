// shippers of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, entity, integer, many, text } from 'backwright'
import { Order } from './order.ts'

export class Shipper extends entity({ id: integer(), bare: true }) {
  companyName = text({ max: 40 })
  phone = text({ max: 24 }).optional()
  orders = many(() => Order, 'shipper')

  static table = { adopted: true, columns: { id: 'shipper_id' } }

  static access = access(Shipper, () => [
    allow('read').always(),
    allow('create', 'update', 'delete').to('sales'),
  ])
}
