// products of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, entity, integer, many, number, ref, text } from 'backwright'
import { Category } from './category.ts'
import { OrderDetail } from './order-detail.ts'
import { Supplier } from './supplier.ts'

export class Product extends entity({ id: integer(), bare: true }) {
  productName = text({ max: 40 })
  supplier = ref(() => Supplier).optional()
  category = ref(() => Category).optional()
  quantityPerUnit = text({ max: 20 }).optional()
  unitPrice = number().optional()
  unitsInStock = integer().optional()
  unitsOnOrder = integer().optional()
  reorderLevel = integer().optional()
  discontinued = integer()
  orderDetails = many(() => OrderDetail, 'product')

  static table = { adopted: true, columns: { id: 'product_id' }, types: { unitPrice: 'real' } }

  static access = access(Product, ({ row }) => [
    allow('read').when(row.discontinued.eq(0)),
    allow('read', 'create', 'update', 'delete').to('sales'),
  ])
}
