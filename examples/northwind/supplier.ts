// suppliers of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, entity, integer, many, text } from 'backwright'
import { Product } from './product.ts'

export class Supplier extends entity({ id: integer(), bare: true }) {
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
  homepage = text().optional()
  products = many(() => Product, 'supplier')

  static table = { adopted: true, columns: { id: 'supplier_id' } }

  static access = access(Supplier, () => [allow('read', 'create', 'update', 'delete').to('sales')])
}
