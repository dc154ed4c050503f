// Every text of the admin's page of one user.

const count = (number: number, one: string, more: string) =>
  number === 1 ? `1 ${one}` : `${number.toLocaleString('en')} ${more}`

export const userStrings = {
  back: 'All users',
  showAll: (total: number) => `Show all ${total.toLocaleString('en')}`,
  notFound: 'This user doesn’t exist',
  notFoundText: 'The account may have been deleted.',
  you: 'You',
  username: 'Username',
  id: 'User ID',
  joined: 'Joined',
  lastSeen: 'Last seen',
  never: 'never',
  passwordChanged: 'Password changed',
  active: 'Active',
  disabled: 'Disabled',

  profile: {
    heading: 'Profile',
    note: 'The username can’t be changed.',
    readOnly: 'You can see this user, but this session has no permission to change them.',
    fullName: 'Full name',
    fullNameNote: 'Optional. Without it, the username is shown.',
    email: 'Email',
    emailNote: 'They can sign in with it too.',
    save: 'Save profile',
    saved: 'Profile saved.',
    unchanged: 'No changes to save.',
  },

  access: {
    heading: 'Access',
    note: 'What they may do, and whether they can sign in.',
    role: 'Role',
    state: 'State',
    changeRole: 'Change role',
    setPassword: 'Set a password',
    disable: 'Disable',
    enable: 'Enable',
  },

  signIn: {
    heading: 'Sign-in limits',
    note: 'Wrong passwords slow sign-in down, and close it to unknown devices in the end.',
    none: 'No wrong passwords. Sign-in is open.',
    strangers: 'Unknown devices',
    known_devices: 'Known devices',
    known_places: 'Known networks',
    failures: (failures: number) => count(failures, 'wrong password', 'wrong passwords'),
    closed: 'closed',
    waits: (seconds: number) =>
      seconds > 90
        ? `next attempt in ${Math.ceil(seconds / 60)} minutes`
        : `next attempt in ${count(seconds, 'second', 'seconds')}`,
    open: 'open',
    unlock: 'Unlock sign-in',
    unlocked: (name: string) => `${name} can sign in from anywhere again.`,
    failed: (reason: string) => `Nothing was unlocked. ${reason}`,
  },

  sessions: {
    heading: (total: number) => `Sessions (${total.toLocaleString('en')})`,
    note: 'Where they are signed in. Ending a session ends its access now.',
    listName: 'Sessions',
    none: 'Not signed in anywhere.',
    unknownDevice: 'Unknown device',
    unknownAddress: 'Unknown address',
    lastUsed: 'Last used',
    end: 'End',
    endNamed: (device: string) => `End session: ${device}`,
    ended: (device: string) => `Session ended: ${device}.`,
    endAll: 'End all sessions',
    failed: (reason: string) => `The session was not ended. ${reason}`,
  },

  devices: {
    heading: (total: number) => `Known devices (${total})`,
    note: 'Wrong passwords elsewhere don’t lock these out. A removed device counts as new.',
    listName: 'Known devices',
    none: 'No known devices.',
    remove: 'Remove',
    removeNamed: (device: string) => `Remove device: ${device}`,
    removed: (device: string) => `Device removed: ${device}.`,
    failed: (reason: string) => `The device was not removed. ${reason}`,
  },

  activity: {
    heading: 'Activity',
    note: 'The newest entries of the audit log about them.',
    listName: 'Activity',
    none: 'Nothing yet.',
    by: (actor: string) => `by ${actor}`,
    all: 'Show all in the audit log',
  },

  deletion: {
    heading: 'Delete user',
    note: 'This can’t be undone.',
    open: 'Delete user…',
    question: (name: string) => `Delete ${name}?`,
    text: (sessions: number) =>
      `This deletes their profile, devices and everything they created${
        sessions === 0 ? '' : `, and ends ${count(sessions, 'session', 'sessions')} now`
      }. Only the audit log is kept.`,
    confirm: 'Delete user',
    done: (name: string) => `${name} was deleted.`,
    self: 'This is you. Your own account is deleted on your account page.',
  },
} as const
