// Another process that serves the club on a database that is there: its address is the first line that it prints. It ends with its standard input.
import { open } from '../../src/index.ts'
import club from './club.ts'

const application = await open(club, { url: process.argv[2], schema: 'ignore' })
const serving = await application.serve({ port: 0 })
process.stdout.write(`${serving.url}\n`)
process.stdin.resume()
process.stdin.once('end', () => { void serving.close().then(() => application.close()) })
