// A metadata document: what RFC 8414 and RFC 9728 require of theirs in the same words, and its members.

import { expectHeader, expectJson, expectMember, expectStatus, expectText } from './expect.ts'
import type { Requirement } from './requirement.ts'
import type { Target } from './target.ts'

/** `self` is the member in which the document names the server that it is about. */
export function listDocumentRequirements(path: string, self: string): Requirement[] {
  return [
    {
      clause: '§3.2',
      sentence: 'The metadata are 200 and application/json',
      async run(target) {
        const answer = await target.document(path)
        expectStatus(answer, 200)
        expectHeader(answer, 'content-type', /^application\/json\b/)
        expectText(expectJson(answer), self)
      },
    },
    {
      clause: '§3.3',
      sentence: `${self} is the very address the metadata were asked at`,
      run: async (target) => expectMember(await target.document(path), self, target.issuer),
    },
  ]
}

export async function readDocument(target: Target, path: string): Promise<Record<string, unknown>> {
  return expectJson(await target.document(path))
}
