// HTTP: the listener, mounting in other servers, limits, files, and the addresses of its own. Knows bytes, not entities.
export { serve, type ServeOptions, type Serving } from './serve.ts'
export { mount, type Mounted, type MountOptions } from './mount.ts'
export { admin, type Admin, type AdminOptions } from './admin.ts'
export { limits, type Limits } from './limits.ts'
export type { Development, Measured, ReadyCaller } from './own.ts'
