// The brand: what people read and see of the product's name. Its colours are in client/styles/tokens.css.
// Cookies, metrics, client ids and the database keep their names: docs/decisions/0152.

/** Wherever the product names itself: titles, sentences, the terminal, the API's document. */
export const productName = 'Keycard'

/** In the names of files that people download; a-z, 0-9 and hyphens. */
export const productSlug = 'keycard'

/** Ways to write the name, in lower case: a password must not be made of them (R89). */
export const productSpellings: readonly string[] = ['keycard', 'key card', 'key-card']

/** The logo: one path, drawn in one colour; what lies behind it shows through its holes. */
export const logoViewBox = '0 0 22 22'
export const logoPath =
  'M4.2 4h13.6A3.2 3.2 0 0 1 21 7.2v7.6a3.2 3.2 0 0 1-3.2 3.2H12v-7.2a.8.8 0 0 0-.8-.8H7.8a.8.8 0 0 0-.8.8V18H4.2A3.2 3.2 0 0 1 1 14.8V7.2A3.2 3.2 0 0 1 4.2 4m12.4 2.6a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8'

/** The headings of the two pages before the app, and what stands under them. */
export const signInHeading = 'Sign in'
export const registerHeading = 'Create an account'
export const signInLead = `to continue to ${productName}`
