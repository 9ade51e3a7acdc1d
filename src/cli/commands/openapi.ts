// `backwright openapi`: the contract of the API, as it is served at /openapi.json.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { compileModel } from '../../define/index.ts'
import { contractOf, yamlOf } from '../../protocols/rest/index.ts'
import { exit, parse, Trouble, type Command } from '../command.ts'
import { locate, rules } from '../locate.ts'
import { once } from '../opened.ts'

const options = { yaml: { type: 'boolean' }, output: { type: 'string', short: 'o' }, app: { type: 'string' } } as const

export const openapi: Command = {
  name: 'openapi',
  summary: 'prints the contract of the API: OpenAPI 3.1',
  help: `backwright openapi        prints the contract of the API: OpenAPI 3.1, the same that is served at /openapi.json

  backwright openapi | jq '.paths | keys'
  backwright openapi --yaml -o openapi.yaml
  npx openapi-typescript <(npx backwright openapi) -o client.d.ts

It is made of the declaration alone: no database, no server.

Options
  --yaml            as YAML
  -o, --output FILE into a file
  --app PATH        the folder or file of the application

${rules}

Exit codes: 0 printed · 1 failed · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values } = parse(args, options, 0)
    return once(locate(values.app, terminal.cwd), terminal.cwd, async ({ backend, name }) => {
      const contract = contractOf(Object.freeze({ ...compileModel(backend).model, name }), '/api')
      const text = values.yaml ? yamlOf(contract) : `${JSON.stringify(contract, null, 2)}\n`
      if (values.output === undefined) {
        terminal.out(text.endsWith('\n') ? text : `${text}\n`)
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
