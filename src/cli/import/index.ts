// Files of an import: written, left, and what they differ in.
export { keep, type Keeping, type Kept } from './files.ts'
