// The process that keeps what clients were told: every line is on disk before it is confirmed. It prints its port; nothing ever kills it.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

const file = openSync(process.argv[2] ?? '', 'a')
let waiting: { readonly line: string; readonly from: Socket }[] = []

/** All lines of a moment at once: written, forced to disk, and each confirmed. */
function keep(): void {
  const now = waiting
  waiting = []
  writeSync(file, now.map(({ line }) => `${line}\n`).join(''))
  fsyncSync(file)
  for (const [from, lines] of Map.groupBy(now, one => one.from)) from.write('kept\n'.repeat(lines.length))
}
const server = createServer(socket => {
  socket.on('error', () => {})
  createInterface({ input: socket }).on('line', line => {
    if (waiting.push({ line, from: socket }) === 1) setImmediate(keep)
  })
})
server.listen(0, '127.0.0.1', () => { process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`) })
process.stdin.on('end', () => {
  if (waiting.length > 0) keep()
  closeSync(file)
  process.exit(0)
}).resume()
