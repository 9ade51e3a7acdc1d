// Every driver there is.
import { dbDriver, type StoryDriver } from './drivers.ts'
import { graphqlDriver } from './graphql.ts'
import { restDriver } from './rest.ts'
import { soapDriver } from './soap.ts'

export { restDriver, graphqlDriver, soapDriver }
export const storyDrivers: readonly StoryDriver[] = [restDriver, graphqlDriver, soapDriver, dbDriver]
