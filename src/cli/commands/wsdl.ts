// `backwright wsdl`: the contract of the SOAP service, as it is served at /soap?wsdl.
import { wsdlOf } from '../../protocols/soap/index.ts'
import { parse, usage, type Command } from '../command.ts'
import { printDocument } from '../document.ts'
import { rules } from '../locate.ts'

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
    return printDocument(values, terminal, model => wsdlOf(model, `${url}/soap`))
  },
}
