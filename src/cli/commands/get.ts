// `backwright get`: reads, as whoever you like.
import type { Command } from '../command.ts'
import { request, requestHelp } from './request.ts'

export const get: Command = {
  name: 'get',
  summary: 'reads rows:  backwright get orders --as anna',
  help: `backwright get PATH [ID]        reads rows, or one

  backwright get products
  backwright get orders --as anna --why
  backwright get 'orders?filter[status]=paid&sort=-placedAt&include=items.product' --as staff
  backwright get orders/0191d5c0-… --as ben
  backwright get orders/aggregate?measure=count --as staff --json | jq .

${requestHelp}`,
  run: (args, terminal) => request('GET', false, args, terminal),
}
