// An imported database, served: to everyone, for everything.
import { open } from 'backwright'
import type { Model } from '../../src/model/index.ts'
import { opened, type World } from './imported.ts'
import type { Json } from './equal.ts'

export interface Answer { readonly status: number; readonly json: Json; readonly etag: string | null }
export interface Served {
  readonly model: Model
  readonly url: string
  get(path: string): Promise<Json>
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  close(): Promise<void>
}

/** `start` would refuse a schema that differs; so does this. */
export async function serve(w: World): Promise<Served> {
  const { backend, model } = await w.written(opened)
  const application = await open(backend, { url: w.url, schema: 'require' })
  const { url } = await application.serve({ port: 0 })
  const send: Served['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, { method, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const text = await response.text()
    return { status: response.status, json: text === '' ? {} : JSON.parse(text) as Json, etag: response.headers.get('etag') }
  }
  return {
    model, url, send, close: () => application.close(),
    async get(path) {
      const { status, json } = await send('GET', path)
      if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(json)}`)
      return json
    },
  }
}
