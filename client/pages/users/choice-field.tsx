// A select that narrows a list: one of some words, or any.

interface ChoiceFieldProps<Word extends string> {
  id: string
  label: string
  /** '' for any. */
  value: Word | ''
  anyLabel: string
  words: readonly Word[]
  labelOf: (word: Word) => string
  onChoose: (word: Word | '') => void
}

export function ChoiceField<Word extends string>(props: ChoiceFieldProps<Word>) {
  const { id, label, value, anyLabel, words, labelOf, onChoose } = props
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={({ target }) => onChoose(words.find((word) => word === target.value) ?? '')}
      >
        <option value="">{anyLabel}</option>
        {words.map((word) => (
          <option key={word} value={word}>
            {labelOf(word)}
          </option>
        ))}
      </select>
    </div>
  )
}
