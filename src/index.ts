// The package's entry: everything an application is declared with.
export * from './define/index.ts'
export { DeclarationErrors, type DeclarationMistake } from './model/compile/index.ts'
