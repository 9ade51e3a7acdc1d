// customers of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, entity, many, text } from 'backwright'
import { CustomerDemographic } from './customer-demographic.ts'
import { Order } from './order.ts'

export class Customer extends entity({ id: text({ max: 5 }), bare: true }) {
  companyName = text({ max: 40 })
  contactName = text({ max: 30 }).optional()
  contactTitle = text({ max: 30 }).optional()
  address = text({ max: 60 }).optional()
  city = text({ max: 15 }).optional()
  region = text({ max: 15 }).optional()
  postalCode = text({ max: 10 }).optional()
  country = text({ max: 15 }).optional()
  phone = text({ max: 24 }).optional()
  fax = text({ max: 24 }).optional()
  orders = many(() => Order, 'customer')
  customerTypes = many(() => CustomerDemographic)   // through customer_customer_demo

  static table = {
    adopted: true,
    columns: { id: 'customer_id' },
    links: { customerTypes: { name: 'customer_customer_demo', near: 'customer_id', far: 'customer_type_id' } },
  }

  static access = access(Customer, ({ row, caller }) => [
    allow('read').when(row.id.eq(caller.claims.customer)),
    allow('read', 'create', 'update').to('sales'),
  ])
}
