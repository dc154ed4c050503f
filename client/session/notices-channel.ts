// Between the tabs of one browser: a security notice that is answered in one of them leaves all.

import { openTabChannel } from './tab-channel.ts'

export const noticesChannel = openTabChannel<'changed'>('keycard:notices')
