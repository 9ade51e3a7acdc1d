// Loaded into a process before all else (NODE_OPTIONS=--import …): says at SIGUSR2 which files it has loaded, and which of Node's own modules.
import { registerHooks } from 'node:module'

const files = []
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (url.startsWith('file:')) files.push(url)
    return loaded
  },
})
process.on('SIGUSR2', () => { process.stderr.write(`loaded ${JSON.stringify({ files, own: process.moduleLoadList })}\n`) })
