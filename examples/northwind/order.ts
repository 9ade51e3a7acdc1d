// orders of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, date, deny, entity, integer, many, number, ref, text } from 'backwright'
import { Customer } from './customer.ts'
import { Employee } from './employee.ts'
import { OrderDetail } from './order-detail.ts'
import { Shipper } from './shipper.ts'

export class Order extends entity({ id: integer(), bare: true }) {
  customer = ref(() => Customer).optional()
  employee = ref(() => Employee).optional()
  orderDate = date().optional()
  requiredDate = date().optional()
  shippedDate = date().optional()
  shipper = ref(() => Shipper).optional()
  freight = number().optional()
  shipName = text({ max: 40 }).optional()
  shipAddress = text({ max: 60 }).optional()
  shipCity = text({ max: 15 }).optional()
  shipRegion = text({ max: 15 }).optional()
  shipPostalCode = text({ max: 10 }).optional()
  shipCountry = text({ max: 15 }).optional()
  details = many(() => OrderDetail, 'order')

  static table = { adopted: true, columns: { id: 'order_id', shipper: 'ship_via' }, types: { freight: 'real' } }

  static access = access(Order, ({ row, caller }) => [
    allow('read').when(row.customer.id.eq(caller.claims.customer)),
    allow('read', 'create', 'update', 'delete').to('sales'),
    deny('update', 'delete').when(row.shippedDate.isNull().not()),
  ])
}
