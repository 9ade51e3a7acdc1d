import { application } from '../../../lib/application'

const answer = async (request: Request) => (await application()).backend.fetch(request)

export { answer as GET, answer as HEAD, answer as POST, answer as PATCH, answer as PUT, answer as DELETE, answer as OPTIONS }
export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'
