// What the quick start needs from a browser, whichever protocol drives it.

export interface DrivenBrowser {
  /** `Firefox 153.0`. */
  name: string
  openTab(): Promise<DrivenTab>
  /** Ends its processes too. */
  close(): Promise<void>
}

export interface BrowserOptions {
  /** As people set it in its settings: no site may store a cookie, or anything else. */
  blocksCookies?: boolean
}

/** One tab; each call waits until what it needs is there. */
export interface DrivenTab {
  open(url: string): Promise<void>
  reload(): Promise<void>
  /** Types into the field of that name, replacing what is there. */
  fill(fieldName: string, text: string): Promise<void>
  /** @param xpath of something that occurs once, and is visible */
  press(xpath: string): Promise<void>
  /** Path and query. */
  readAddress(): Promise<string>
  /** The visible text of the page. */
  readText(): Promise<string>
}
