// Every text of the dialog that asks for the password before a sensitive change.

export const proveStrings = {
  heading: 'Confirm that it is you',
  text: 'You signed in a while ago. Enter your password to go on; it counts for five minutes.',
  username: 'Username',
  password: 'Your password',
  missing: 'Enter your password.',
  wrong: 'That is not your password.',
  cancel: 'Cancel',
  submit: 'Confirm',
  submitting: 'Checking…',
} as const
