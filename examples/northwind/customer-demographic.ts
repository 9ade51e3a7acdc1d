// customer_demographics of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, entity, many, text } from 'backwright'
import { Customer } from './customer.ts'

export class CustomerDemographic extends entity({ key: ['customerTypeId'], bare: true }) {
  customerTypeId = text({ max: 5 })
  customerDesc = text().optional()
  customers = many(() => Customer, 'customerTypes')   // through customer_customer_demo

  static table = { adopted: true }

  static access = access(CustomerDemographic, () => [allow('read', 'create', 'update', 'delete').to('sales')])
}
