// The application: the Northwind Traders of 1998, imported from their database; only the rules in the classes and what stands here were added by hand.
import { backend } from 'backwright'
import { entities } from './model.ts'

export default backend({
  name: 'northwind',
  model: entities,
  data: './data',
  as: {
    alfreds: { claims: { customer: 'ALFKI' } },
    nancy: { roles: ['sales'] },
    steven: { roles: ['sales', 'personnel'] },
  },
})
