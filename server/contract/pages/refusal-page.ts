// The page without scripts, for a refused request and after signing in: its texts, and the marks for them.

export interface RefusalView {
  title: string
  /** The reader light: 'error' or 'granted'. */
  state: string
  /** The status code, as the reader light's word. */
  status: string
  heading: string
  message: string
  /** 'shown' where the page has its one button, else ''. */
  button: string
  /** Where it posts to. */
  action: string
  actionLabel: string
  actionNote: string
  /** Where the way out leads; '' is the same address again. */
  wayOut: string
  wayOutWords: string
}

export const refusalMarks: RefusalView = {
  title: '__KEYCARD_title__',
  state: '__KEYCARD_state__',
  status: '__KEYCARD_status__',
  heading: '__KEYCARD_heading__',
  message: '__KEYCARD_message__',
  button: '__KEYCARD_button__',
  action: '__KEYCARD_action__',
  actionLabel: '__KEYCARD_actionLabel__',
  actionNote: '__KEYCARD_actionNote__',
  wayOut: '__KEYCARD_wayOut__',
  wayOutWords: '__KEYCARD_wayOutWords__',
}

/** Takes a form's POST, and removes the cookies that came with it. */
export const removeCookiesPath = '/remove-cookies'
