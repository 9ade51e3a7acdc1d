// `backwright patch`: changes a row.
import type { Command } from '../command.ts'
import { request, requestHelp } from './request.ts'

export const patch: Command = {
  name: 'patch',
  summary: `changes a row:  backwright patch orders/ID '{ "note": "ring twice" }' --as anna`,
  help: `backwright patch COLLECTION/ID BODY        changes a row: what the body does not name stays

  backwright patch products/0191d5c0-… '{ "price": "19.50" }' --as staff
  backwright patch orders 0191d5c0-… @change.json --as anna
  echo '{ "note": null }' | backwright patch orders/0191d5c0-… - --as anna

${requestHelp}`,
  run: (args, terminal) => request('PATCH', true, args, terminal),
}
