// What was typed and not saved, kept in this tab: a reload, a crash or Back does not lose it.

export type Draft = Readonly<Record<string, string>>

const prefix = 'keycard:draft:'

/** Of one user: the next one in this tab does not get it. */
export function nameDraft(userId: string, form: string): string {
  return `${prefix}${userId}:${form}`
}

/** Empty where there is none, or where the browser stores nothing for this site. */
export function readDraft(name: string): Draft {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? '{}')
  } catch {
    return {}
  }
}

/** An empty one is removed. */
export function writeDraft(name: string, draft: Draft): void {
  try {
    if (Object.keys(draft).length === 0) sessionStorage.removeItem(name)
    else sessionStorage.setItem(name, JSON.stringify(draft))
  } catch {
    // The form is as it was: only the draft is missing.
  }
}

/** With their user's session. */
export function dropDrafts(): void {
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(prefix)) sessionStorage.removeItem(name)
    }
  } catch {
    // Where nothing is stored there is nothing to drop.
  }
}
