// html-validate on a page's HTML, as it was served or as the browser serialises it.

import { HtmlValidate } from 'html-validate'

const validator = new HtmlValidate({
  extends: [
    'html-validate:recommended',
    'html-validate:document',
    // Not rules of style: how React and the browser write what they write.
    'html-validate:browser',
    'html-validate:prettier',
  ],
  rules: {
    'attr-case': 'off',
    // What the browser preset allows, and our pages do not need.
    'missing-doctype': 'error',
    'no-inline-style': 'error',
    // React's own ids begin with an underscore.
    'valid-id': ['error', { relaxed: true }],
    // A list may have a name (WAI-ARIA 1.2 §5.2.8.4).
    'aria-label-misuse': ['error', { allowAnyNamable: true }],
    // The policy admits only what we serve ourselves.
    'require-sri': 'off',
  },
})

/** What is wrong, with the place; empty where nothing is. */
export async function findHtmlFaults(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, selector }) => `${ruleId}: ${message} at ${selector}`),
  )
}
