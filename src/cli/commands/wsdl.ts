// `backwright wsdl`: the contract of the SOAP service, as it is served at /soap?wsdl.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { compileModel } from '../../define/index.ts'
import { wsdlOf } from '../../protocols/soap/index.ts'
import { exit, parse, Trouble, usage, type Command } from '../command.ts'
import { locate, rules } from '../locate.ts'
import { once } from '../opened.ts'

const options = { url: { type: 'string' }, output: { type: 'string', short: 'o' }, app: { type: 'string' } } as const

export const wsdl: Command = {
  name: 'wsdl',
  summary: 'prints the contract of the SOAP service: WSDL 1.1',
  help: `backwright wsdl        prints the contract of the SOAP service: WSDL 1.1 with its schema, the same that is served at /soap?wsdl

  backwright wsdl -o shop.wsdl
  backwright wsdl --url https://shop.example -o shop.wsdl
  wsimport -p shop.client shop.wsdl

It is made of the declaration alone: no database, no server.

Options
  --url URL         where the application will be found: clients take their address from the WSDL (http://127.0.0.1:3000 unless said)
  -o, --output FILE into a file
  --app PATH        the folder or file of the application

${rules}

Exit codes: 0 printed · 1 failed · 2 the command line cannot be understood`,
  async run(args, terminal) {
    const { values } = parse(args, options, 0)
    const url = (values.url ?? 'http://127.0.0.1:3000').replace(/\/+$/, '')
    if (!/^https?:\/\/[^\s?#]+$/.test(url) || !URL.canParse(url)) throw usage(`--url is '${values.url ?? ''}'; it must be an address like https://shop.example.`)
    return once(locate(values.app, terminal.cwd), terminal.cwd, async ({ backend, name }) => {
      const text = await wsdlOf(Object.freeze({ ...compileModel(backend).model, name }), `${url}/soap`)
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
