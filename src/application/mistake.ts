// What is wrong with an application's data, told with its file.
import path from 'node:path'

/** Something wrong with the files of data; its message names file, row and field. */
export class DataMistake extends Error { override readonly name = 'DataMistake' }

export const shown = (file: string): string => {
  const near = path.relative(process.cwd(), file)
  return near === '' || near.startsWith('..') ? file : near
}
