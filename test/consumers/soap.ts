// The clients of other languages that `npm run test:consumers -- soap` runs: zeep, PHP's SoapClient, and a Java client that wsimport makes. What is not installed is installed
// where that is allowed (Debian, as root); else it is said what is missing.
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'

export interface Ran { readonly ok: boolean; readonly output: string }
/** Runs a command to its end. */
export type Command = (name: string, args: readonly string[], cwd?: string) => Ran
/** The same beside us, with these variables: the server they talk to is in this process. */
export type Beside = (name: string, args: readonly string[], env: Readonly<Record<string, string>>) => Promise<{ readonly code: number | null; readonly output: string }>

interface Client {
  readonly name: string
  readonly packages: readonly string[]
  there(run: Command): boolean
  /** What runs it; a string: what went wrong before. */
  prepare(run: Command, folder: string, wsdl: string): readonly [name: string, args: readonly string[]] | string
}

const here = path.join(import.meta.dirname, 'soap')
const jars = '/usr/share/java'
const classpath = (): string => readdirSync(jars).filter(f => f.endsWith('.jar') && !/-\d/.test(f) && !/^(jaxb-(jxc|xjc)|jaxws-(ri|tools))/.test(f) || f === 'jaxws-rt.jar').filter(f => /^(jaxb|jaxws|saaj|stax|mimepull|metro|javax\.activation|jws|FastInfoset|gmbal|woodstox|istack|txw2|streambuffer|management|geronimo|ha-api|resolver|xml-resolver)/.test(f)).map(f => path.join(jars, f)).join(':')

const clients: readonly Client[] = [
  {
    name: 'zeep', packages: ['python3-zeep'],
    there: run => run('/usr/bin/python3', ['-c', 'import zeep']).ok,
    prepare: () => ['/usr/bin/python3', [path.join(here, 'client.py')]],
  },
  {
    name: 'PHP', packages: ['php-cli', 'php-soap'],
    there: run => run('php', ['-r', 'exit(extension_loaded("soap") ? 0 : 1);']).ok,
    prepare: () => ['php', [path.join(here, 'client.php')]],
  },
  {
    name: 'Java (wsimport)', packages: ['jaxws', 'default-jdk-headless'],
    there: run => run('wsimport', ['-version']).ok && run('javac', ['-version']).ok && existsSync(path.join(jars, 'jaxws-rt.jar')),
    prepare(run, folder, wsdl) {
      const out = path.join(folder, 'java')
      mkdirSync(out, { recursive: true })
      const made = run('wsimport', ['-extension', '-Xnocompile', '-keep', '-quiet', '-d', out, '-p', 'shop.client', wsdl])
      if (!made.ok) return made.output
      // All of them: what names of elements are of which namespace is said in package-info.
      const sources = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.java')).map(f => path.join(out, f))
      const compiled = run('javac', ['-encoding', 'UTF-8', '-nowarn', '-cp', classpath(), '-d', out, path.join(here, 'Client.java'), ...sources])
      return compiled.ok ? ['java', ['-Djava.util.logging.config.file=/dev/null', '-cp', `${out}:${classpath()}`, 'Client']] : compiled.output
    },
  },
]

/** Calls the shop, whose WSDL is in the file `wsdl`, by every client. `say` is told what came of each: null, or what went wrong. */
export async function soapClients(run: Command, beside: Beside, folder: string, wsdl: string, env: Readonly<Record<string, string>>, say: (what: string, wrong: string | null) => void): Promise<void> {
  for (const client of clients) {
    if (!client.there(run) && !install(run, client)) continue
    const prepared = client.prepare(run, folder, wsdl)
    if (typeof prepared === 'string') { say(`${client.name} takes the WSDL`, prepared); continue }
    const { code, output } = await beside(prepared[0], prepared[1], env)
    say(`${client.name} talks to the shop over SOAP`, code === 0 && output.includes('talks to the server') ? null : output)
  }
}

function install(run: Command, client: Client): boolean {
  const { name, packages } = client
  const wanted = `apt-get install ${packages.join(' ')}`
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log(`Not run: ${name} is not installed here. On Debian: ${wanted}`)
    return false
  }
  console.log(`Installing ${packages.join(', ')} (once)…`)
  run('apt-get', ['update', '-q'])
  const { output } = run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages])
  if (client.there(run)) return true
  console.log(`Not run: ${name} could not be installed (${wanted}):\n${output.split('\n').slice(-5).join('\n')}`)
  return false
}
