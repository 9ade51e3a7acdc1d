// What things are: every entity by its name, as in bodies and in db.
import { model } from 'backwright'
import { Category } from './category.ts'
import { CustomerDemographic } from './customer-demographic.ts'
import { Customer } from './customer.ts'
import { Employee } from './employee.ts'
import { OrderDetail } from './order-detail.ts'
import { Order } from './order.ts'
import { Product } from './product.ts'
import { Region } from './region.ts'
import { Shipper } from './shipper.ts'
import { Supplier } from './supplier.ts'
import { Territory } from './territory.ts'
import { UsState } from './us-state.ts'

export const entities = model({
  category: Category,
  customerDemographic: CustomerDemographic,
  customer: Customer,
  employee: Employee,
  orderDetail: OrderDetail,
  order: Order,
  product: Product,
  region: Region,
  shipper: Shipper,
  supplier: Supplier,
  territory: Territory,
  usState: UsState,
})
