// The text of the button that takes something back.

export const toastStrings = { undo: 'Undo' } as const
