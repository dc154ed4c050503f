// The version of a row that several tabs or programs may change.

import { z } from 'zod'

/**
 * From 1, raised by each change. Sent back with a change, it says what that change was made from:
 * where the row is another by then, the change is refused with `changed_elsewhere`. In REST it
 * travels as ETag and If-Match. Absent: the change is made whatever the row is by then.
 */
export const rowVersionSchema = z.int32().min(0)
