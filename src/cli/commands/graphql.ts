// `backwright graphql`: the schema in GraphQL's own language.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { compileModel } from '../../define/index.ts'
import { sdlOf } from '../../protocols/graphql/index.ts'
import { exit, parse, Trouble, type Command } from '../command.ts'
import { locate, rules } from '../locate.ts'
import { once } from '../opened.ts'

const options = { output: { type: 'string', short: 'o' }, app: { type: 'string' } } as const

export const graphqlCommand: Command = {
  name: 'graphql',
  summary: 'prints the GraphQL schema',
  help: `backwright graphql        prints the GraphQL schema, in its own language

  backwright graphql -o schema.graphql
  npx graphql-codegen        with schema.graphql as its schema

It is made of the declaration alone: no database, no server.

Options
  -o, --output FILE into a file
  --app PATH        the folder or file of the application

${rules}

Exit codes: 0 printed · 1 failed · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values } = parse(args, options, 0)
    return once(locate(values.app, terminal.cwd), terminal.cwd, async ({ backend, name }) => {
      const text = await sdlOf(Object.freeze({ ...compileModel(backend).model, name }))
      if (values.output === undefined) {
        terminal.out(text)
        return exit.ok
      }
      try {
        writeFileSync(path.resolve(terminal.cwd, values.output), text)
      } catch (error) {
        throw new Trouble(`${values.output} cannot be written: ${(error as Error).message}`, undefined, error)
      }
      return exit.ok
    })
  },
}
