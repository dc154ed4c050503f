// Text under a derived key, for values that must be read again: AES-256-GCM.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { DerivedKey } from './master-key.ts'

/** `context` is authenticated with it, so that a sealed text cannot be put in another's place. */
export function seal(plaintext: string, context: string, { id, key }: DerivedKey): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  const parts = [nonce, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))
  return [id, ...parts].join('.')
}

/** The master key that its key came from. */
export function sealedWith(sealed: string): string {
  return sealed.split('.', 1)[0] ?? ''
}

/** @throws Error where none of the keys decrypts it */
export function unseal(sealed: string, context: string, keys: readonly DerivedKey[]): string {
  const [, ...parts] = sealed.split('.')
  const [nonce, ciphertext, tag] = parts.map((part) => Buffer.from(part, 'base64url'))
  const found = keys.find(({ id }) => id === sealedWith(sealed))
  if (!found || !nonce || !ciphertext || !tag) throw new Error('no such master key')
  const decipher = createDecipheriv('aes-256-gcm', found.key, nonce, { authTagLength: 16 })
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag)
  return `${decipher.update(ciphertext, undefined, 'utf8')}${decipher.final('utf8')}`
}
