// `backwright delete`: deletes a row.
import type { Command } from '../command.ts'
import { request, requestHelp } from './request.ts'

export const deleteCommand: Command = {
  name: 'delete',
  summary: 'deletes a row:  backwright delete orders/ID --as staff',
  help: `backwright delete COLLECTION/ID        deletes a row

  backwright delete products/0191d5c0-… --as staff
  backwright delete products 0191d5c0-… --as staff --why

${requestHelp}`,
  run: (args, terminal) => request('DELETE', false, args, terminal),
}
