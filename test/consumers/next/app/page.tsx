// A page that reads through the application itself, without HTTP.
import { application } from '../lib/application'

export const dynamic = 'force-dynamic'

export default async function Page() {
  const { app } = await application()
  const { data } = await app.db(app.system('shows the shop')).product.find({ sort: ['name'] })
  return <main>{data.map(product => <p key={product.id}>{`${product.name}: ${product.price.toFixed(2)}`}</p>)}</main>
}
