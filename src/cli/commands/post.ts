// `backwright post`: creates a row, or several.
import type { Command } from '../command.ts'
import { request, requestHelp } from './request.ts'

export const post: Command = {
  name: 'post',
  summary: `creates:  backwright post products '{ "name": "Chai" }' --as staff`,
  help: `backwright post COLLECTION BODY        creates a row, or several in one transaction

  backwright post products '{ "name": "Chai", "price": "18.00" }' --as staff
  backwright post products @products.json --as staff        from a file; an array creates many
  cat order.json | backwright post orders - --as anna       from stdin

${requestHelp}`,
  run: (args, terminal) => request('POST', true, args, terminal),
}
