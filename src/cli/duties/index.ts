// `backwright duties`: what a back-end developer does, what an application has of each, what shows it, and what is not there yet.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Backend } from '../../define/index.ts'
import type { Model } from '../../model/index.ts'
import { contractOf } from '../../protocols/rest/index.ts'
import { wsdlOf } from '../../protocols/soap/index.ts'
import { review } from '../check/index.ts'
import { dutiesOf, type Around, type Duty } from './duties.ts'
import { productOf } from './product.ts'

export { dutiesOf, type Around, type Duty } from './duties.ts'
export { absent, dutyNames, missing, productOf } from './product.ts'

/** Everything is looked up: in the model, in its contracts as they are printed, in the folder of the application. `stories`: how many it tells. */
export async function duties(model: Model, backend: Backend, folder: string, stories: number): Promise<readonly Duty[]> {
  const paths = Object.values(contractOf(model, model.restPath ?? '/api').paths ?? {}) as readonly object[]
  const verbs = new Set(['get', 'post', 'put', 'patch', 'delete'])
  const wsdl = await wsdlOf(model, 'http://127.0.0.1:3000/soap')
  const around: Around = {
    product: productOf(), stories, people: Object.keys(backend.as), findings: review(model, backend),
    contracts: {
      rest: paths.reduce((sum, p) => sum + Object.keys(p).filter(k => verbs.has(k)).length, 0),
      soap: new Set([...wsdl.matchAll(/<wsdl:operation name="([^"]+)"/g)].map(m => m[1])).size,
    },
    files: { docker: above(folder, 'Dockerfile'), ci: above(folder, path.join('.github', 'workflows')) || above(folder, '.gitlab-ci.yml'), data: backend.data !== null && existsSync(path.resolve(folder, backend.data)) && readdirSync(path.resolve(folder, backend.data)).length > 0 },
  }
  return dutiesOf(model, around)
}

/** Whether it lies in the folder or in one around it, up to the one that is a package or a repository of its own. */
function above(folder: string, name: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, name))) return true
    if (existsSync(path.join(at, 'package.json')) || existsSync(path.join(at, '.git')) || at === path.dirname(at)) return false
  }
}

/** As a table for a README. */
export function dutiesTable(all: readonly Duty[], subject: string): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const code = (commands: readonly string[]): string => commands.map(c => `\`${c.replace(/^npx backwright /, '')}\``).join(', ')
  return [`| what one does | what ${subject} has of it | shown by | not yet |`, '| --- | --- | --- | --- |', ...all.map(d => `| ${d.duty} | ${cell(d.has.join('; '))} | ${code(d.proof)} | ${cell(d.notYet.join('; '))} |`)].join('\n')
}
