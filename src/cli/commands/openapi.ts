// `backwright openapi`: the contract of the API, as it is served at /openapi.json.
import { contractOf, yamlOf } from '../../protocols/rest/index.ts'
import { parse, type Command } from '../command.ts'
import { printDocument } from '../document.ts'
import { rules } from '../locate.ts'

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
    return printDocument(values, terminal, model => {
      const contract = contractOf(model, model.restPath ?? '/api')
      return values.yaml ? yamlOf(contract) : `${JSON.stringify(contract, null, 2)}\n`
    })
  },
}
