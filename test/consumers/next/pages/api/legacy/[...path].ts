// The pages router gives Node's own request and response.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { application } from '../../../lib/application'

export const config = { api: { bodyParser: false, externalResolver: true } }

export default async function handler(request: IncomingMessage, response: ServerResponse) {
  (await application()).legacy.handler(request, response)
}
