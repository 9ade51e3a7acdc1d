// The documentation as pages: the reference of the API and the failures, with their style and script.
export { failuresPage } from './failures.ts'
export { referencePage } from './reference.ts'
export { script } from './script.ts'
export { style } from './style.ts'
