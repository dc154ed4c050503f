// The page that a browser gets when a request is refused: its texts, and the marks for them.

export interface RefusalView {
  title: string
  /** The status code, as the reader light's word. */
  status: string
  heading: string
  message: string
  /** 'cookies' where the page offers to remove them, else ''. */
  removes: string
  /** Where the way out leads; '' is the same address again. */
  wayOut: string
  wayOutWords: string
}

export const refusalMarks: RefusalView = {
  title: '__KEYCARD_title__',
  status: '__KEYCARD_status__',
  heading: '__KEYCARD_heading__',
  message: '__KEYCARD_message__',
  removes: '__KEYCARD_removes__',
  wayOut: '__KEYCARD_wayOut__',
  wayOutWords: '__KEYCARD_wayOutWords__',
}

/** Takes a form's POST, and removes the cookies that came with it. */
export const removeCookiesPath = '/remove-cookies'
