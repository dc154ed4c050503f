// What the quick start asks of a browser, whichever protocol drives it.

export interface DrivenBrowser {
  /** `Firefox 153.0`. */
  name: string
  openTab(): Promise<DrivenTab>
  /** Ends its processes too. */
  close(): Promise<void>
}

export interface BrowserOptions {
  /** As people set it in its settings: no site may keep a cookie, or anything else. */
  blocksCookies?: boolean
}

/** One tab; each call waits until what it needs is there. */
export interface DrivenTab {
  open(url: string): Promise<void>
  reload(): Promise<void>
  /** Types into the field of that name, over what is there. */
  fill(fieldName: string, text: string): Promise<void>
  /** @param xpath what stands there once, and can be seen */
  press(xpath: string): Promise<void>
  /** Path and query. */
  readAddress(): Promise<string>
  /** What can be read on the page. */
  readText(): Promise<string>
}
