// `backwright graphql`: the schema in GraphQL's own language.
import { sdlOf } from '../../protocols/graphql/index.ts'
import { parse, type Command } from '../command.ts'
import { printDocument } from '../document.ts'
import { rules } from '../locate.ts'

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
    return printDocument(values, terminal, sdlOf)
  },
}
