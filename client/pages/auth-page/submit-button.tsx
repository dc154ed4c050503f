// The button of the sign-in and the registration form: its words follow the attempt, its size does not.

import type { Ref } from 'react'
import { formatCountdown } from './use-countdown.ts'

interface SubmitButtonProps {
  ref: Ref<HTMLButtonElement>
  state: string
  secondsLeft: number
  /** Whether the wait has been long enough for a spinner. */
  spins: boolean
  words: SubmitWords
}

export interface SubmitWords {
  submit: string
  submitBusy: string
  submitGranted: string
  submitThrottled: (countdown: string) => string
}

export function SubmitButton({ ref, state, secondsLeft, spins, words }: SubmitButtonProps) {
  const label = chooseLabel(state, secondsLeft, words)
  return (
    <button
      ref={ref}
      type="submit"
      className="btn primary submit"
      aria-disabled={state === 'busy' || state === 'granted' || secondsLeft > 0}
    >
      {/* The key makes each text an element of its own, like the reader light's word. */}
      <span key={label} className="submit-label">
        {spins && <span className="spinner" aria-hidden="true" />}
        {label}
      </span>
    </button>
  )
}

function chooseLabel(state: string, secondsLeft: number, words: SubmitWords) {
  if (secondsLeft > 0) return words.submitThrottled(formatCountdown(secondsLeft))
  if (state === 'busy') return words.submitBusy
  if (state === 'granted') return words.submitGranted
  return words.submit
}
