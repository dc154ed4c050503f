// Every text of the question before what was typed goes.

export const discardStrings = {
  heading: 'Discard your changes?',
  text: 'What you typed is not saved.',
  stay: 'Keep editing',
  discard: 'Discard changes',
} as const
