// What the options of commands that serve mean: where they listen, what they log.
import { jsonLog, readableLog, type Observation, type Observe } from '../observe/index.ts'
import { usage, type Terminal } from './command.ts'

/** The port as given; absent: none was. */
export function portOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  if (!/^\d{1,5}$/.test(given) || Number(given) > 65_535) throw usage(`--port is '${given}'; it must be a number from 0 to 65535.`)
  return Number(given)
}

/** Log lines on stdout: requests and what goes wrong; that it listens and stops is said otherwise. */
export function logOf(form: string, terminal: Terminal, statements = false): Observe {
  const sink = { write: (text: string) => { terminal.out(text) } }
  const requests = (log: Observe): Observe => (o: Observation) => {
    // Being alive is asked by every command of ours, and nobody's news; nor is that somebody looks at the page.
    if ((o.kind === 'request' && (o.path !== '/health' || o.status !== 200) && (o.route !== 'console' || o.status >= 400)) || o.kind === 'unreadable' || o.kind === 'delivery' || o.kind === 'mail' || o.kind === 'trouble') log(o)
  }
  switch (form) {
    case 'readable': return requests(readableLog(sink, { colour: terminal.colour, statements }))
    case 'json': return requests(jsonLog(sink))
    case 'none': return () => {}
    default: throw usage(`--log is '${form}'; it may be readable, json or none.`)
  }
}
