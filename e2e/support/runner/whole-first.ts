// In which order vitest runs the files: first those of e2e, each of which waits for processes of its own.

import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** A long file that starts last keeps one core busy, and leaves the other idle. */
export class WholeFirst extends BaseSequencer {
  /** Within each half, as vitest has it: what took longest last time, or is the largest. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isWhole = ({ moduleId }: TestSpecification) => moduleId.includes('/e2e/')
    return [...sorted.filter(isWhole), ...sorted.filter((file) => !isWhole(file))]
  }
}
