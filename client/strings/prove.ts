// Every text of the dialog that asks for the password before a sensitive change.

export const proveStrings = {
  heading: 'Confirm it’s you',
  text: 'Enter your password to continue. You won’t be asked again for five minutes.',
  username: 'Username',
  password: 'Your password',
  missing: 'Enter your password.',
  wrong: 'Incorrect password.',
  cancel: 'Cancel',
  submit: 'Confirm',
  submitting: 'Checking…',
} as const
