// What the test runners report, as JSON: only the parts that are read here.

export interface VitestReport {
  testResults: {
    name: string
    status: string
    /** Why the file could not be loaded. */
    message?: string
    startTime: number
    endTime: number
    assertionResults: { status: string; fullName?: string; failureMessages?: string[] }[]
  }[]
}

export interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number; duration: number }
  /** Of setup, teardown and files that could not be loaded. */
  errors: { message: string }[]
  /** One a file; those within are its `describe`s. Absent where no file was found. */
  suites?: PlaywrightSuite[]
}

export interface PlaywrightSuite {
  title: string
  file: string
  specs?: {
    title: string
    tests: {
      status: string
      results: { duration: number; errors: { message: string }[] }[]
    }[]
  }[]
  suites?: PlaywrightSuite[]
}

/** With forward slashes on every system. */
export function pathFrom(root: string, path: string): string {
  return path.slice(root.length).replaceAll('\\', '/').replace(/^\//, '')
}
