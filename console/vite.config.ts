// How the page is built: few files of steady names, so that what is committed differs only where something changed, and everything it needs beside it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { builtOf, sourcesOf } from './sources.ts'

const here = import.meta.dirname

/** Whose work is in the build, with the licences it may be passed on under. */
function notices(): Plugin {
  return {
    name: 'notices',
    generateBundle(_, bundle) {
      const inside = new Set(['elkjs', '@mantine/core'])
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue
        for (const id of file.moduleIds) {
          const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.split(path.sep).join('/'))?.[1]
          if (name !== undefined) inside.add(name)
        }
      }
      const texts = [...inside].toSorted().map(name => {
        const folder = path.join(here, 'node_modules', name)
        const { version, license, repository } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string; license: string; repository?: string | { url: string } }
        const file = readdirSync(folder).find(one => /^licen[cs]e/i.test(one))
        const from = typeof repository === 'string' ? repository : repository?.url ?? ''
        const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8').trim()
        return `${name} ${version} (${license})\n${from.replace(/^git\+/, '')}\n\n${text}`
      })
      texts.push(`Inter (OFL-1.1), cut down to Latin-1 and weights 400 to 700\nhttps://github.com/rsms/inter\n\n${readFileSync(path.join(here, 'src', 'look', 'inter-licence.txt'), 'utf8').trim()}`)
      this.emitFile({ type: 'asset', fileName: 'LICENCES.txt', source: `What is in these files beside Backwright's own code.\n\n${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n` })
    },
  }
}

/** What it was built from and what came out, as hashes. */
function stamp(): Plugin {
  let out = ''
  return {
    name: 'stamp',
    configResolved(config) { out = path.resolve(config.root, config.build.outDir) },
    closeBundle() {
      if (existsSync(out)) writeFileSync(path.join(out, 'build.json'), `${JSON.stringify({ sources: sourcesOf(here), built: builtOf(out) }, null, 2)}\n`)
    },
  }
}

export default defineConfig({
  root: here, base: './', publicDir: false,
  plugins: [react(), notices(), stamp()],
  build: {
    outDir: process.env['CONSOLE_OUT'] ?? 'dist', emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false }, assetsInlineLimit: 0, assetsDir: '', chunkSizeWarningLimit: 2000, reportCompressedSize: true,
    rolldownOptions: { output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', assetFileNames: '[name][extname]' } },
  },
  // For work on the page itself: beside a `backwright dev`, whose address CONSOLE_OF says.
  server: { proxy: Object.fromEntries(['/api', '/dev', '/openapi.json', '/docs', '/graphql', '/soap'].map(at => [at, process.env['CONSOLE_OF'] ?? 'http://127.0.0.1:3000'])) },
})
