// Light or dark, as a person has chosen for this browser.

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** Set by the pages, and read by the server before the first paint. Absent: as the system is. */
export const themeCookie = 'keycard-theme'
