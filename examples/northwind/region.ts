// region of the database northwind. Yours to edit: importing again never overwrites what you changed.
import { access, allow, entity, integer, many, text } from 'backwright'
import { Territory } from './territory.ts'

export class Region extends entity({ id: integer(), bare: true }) {
  regionDescription = text({ max: 60 })
  territories = many(() => Territory, 'region')

  static table = { name: 'region', adopted: true, columns: { id: 'region_id' } }

  static access = access(Region, () => [allow('read').always()])
}
