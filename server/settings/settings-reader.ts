// Reads settings by their names, and says of all that are wrong at once what would be right.

import { StartError } from './start-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads one setting after the other and gathers what is wrong, so that everything is reported at
 * once.
 */
export class SettingsReader {
  /** Of all settings that were asked for. */
  readonly names = new Set<string>()
  readonly #env: Environment
  readonly #problems: string[] = []

  constructor(env: Environment) {
    this.#env = env
  }

  text(name: string): string | undefined {
    this.names.add(name)
    return this.#env[name]?.trim() || undefined
  }

  list(name: string): string[] {
    return (this.text(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name)
    if (text === undefined) return fallback
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    this.wrong(name, `a whole number from ${least} to ${most}`)
    return fallback
  }

  flag(name: string, fallback: boolean): boolean {
    return this.choice(name, ['on', 'off'], fallback ? 'on' : 'off') === 'on'
  }

  choice<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    const text = this.text(name)
    if (text === undefined) return fallback
    const word = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase())
    if (word === undefined) this.wrong(name, `one of ${words.join(', ')}`)
    return word ?? fallback
  }

  wrong(name: string, right: string): void {
    this.refuse(`${name} is "${this.text(name)}", but must be ${right}.`)
  }

  /** A secret is never shown: its length is enough to find the mistake. */
  wrongSecret(name: string, text: string, right: string): void {
    const was = text === '' ? 'is missing' : `has ${text.length} characters`
    this.refuse(`${name} ${was}, but must be ${right}`)
  }

  refuse(...sentence: string[]): void {
    this.#problems.push(sentence.join(''))
  }

  throwIfWrong(): void {
    if (this.#problems.length > 0) throw new StartError(this.#problems.join('\n'))
  }
}
