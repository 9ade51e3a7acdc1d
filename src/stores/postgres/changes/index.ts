// The change log of the PostgreSQL store, for its readers.
import type { Model } from '../../../model/index.ts'
import type { Changes, Run } from '../../store.ts'
import type { Connections, Place } from '../connections/index.ts'
import { failureOf } from '../failures.ts'
import type { Cell, Statement } from '../statement.ts'
import { attend, type Line } from './attend.ts'
import { batch, positionOf, reading, single } from './read.ts'

export interface Log extends Changes {
  /** A write of this process was committed: whoever reads may look. Costs nothing where nobody here does. */
  committed(): void
  close(): Promise<void>
}

export function changeLog(model: Model, connections: Connections, place: Place): Log {
  const statements = reading(model)
  const lines = new Set<Line>()
  const run = async (statement: Statement, by: Run): Promise<readonly (readonly Cell[])[]> => {
    try { return await connections.run(statement, [], by) } catch (error) { throw failureOf(error, model) }
  }
  return {
    async read(text, take, by, of = null) {
      const position = positionOf(text)
      return batch(model, position, take, of, await run(position.to === null ? statements.begin(position, take, of) : statements.go(position, take, of), by))
    },
    now: async by => String(single(await run(statements.now, by))),
    forget: async (before, take, by) => Number(single(await run(statements.forget(before, take), by))),
    async attend(on) {
      const line = await attend(place, on, ended => lines.delete(ended))
      lines.add(line)
      return line
    },
    committed() { for (const line of lines) line.announce() },
    async close() { await Promise.all([...lines].map(line => line.close())) },
  }
}
