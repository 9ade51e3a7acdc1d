import type { NextConfig } from 'next'

export default {
  // It finds its embedded PostgreSQL beside itself, so it stays in node_modules.
  serverExternalPackages: ['backwright'],
  // There are other lockfiles above: this folder is the project.
  turbopack: { root: import.meta.dirname },
} satisfies NextConfig
