// Stories: requirements that run.
export { stories, isTold, type Story, type Tell } from './story.ts'
export { runStories, chosen, type StoryRan } from './run.ts'
export type { Told } from './reasons.ts'
export { groundOf, sweep, type Ground, type GroundOptions } from './ground.ts'
export { dbDriver, restDriver, storyDrivers, callerOf, type Stage, type StoryDriver } from './drivers.ts'
export type { Carry, Call, Person } from './asked.ts'
export { describeFailed } from './say.ts'
