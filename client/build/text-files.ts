// Which sources hold the texts that people read, and where in them these stand.

interface TextFile {
  file: RegExp
  /** The path of a text: its constant, and the keys that lead to it. All are texts by default. */
  texts?: RegExp
}

/** What is read and not translated: names, and forms for dates. */
const asTheyAre = /(^|\.)(productName|locale|fileName|unknown|noun)$/

const textFiles: readonly TextFile[] = [
  {
    file: /^client\/(strings\/[\w-]+|pages\/[\w-]+\/strings)\.ts$/,
    texts: /^(nouns|(\w+S|s)trings)\./,
  },
  { file: /^server\/contract\/brand\.ts$/, texts: /^(\w+Heading|signInLead)$/ },
  {
    file: /^server\/contract\/(app-pages|[\w-]+\/feature)\.ts$/,
    texts: /\.title$|\.(admin)?scopes\./i,
  },
  { file: /^server\/contract\/scopes\.ts$/, texts: /^scopeCatalogue\./ },
  { file: /^server\/contract\/pages\/[\w-]+\.ts$/, texts: /^\w+(Messages|Words|Labels)\./ },
]

/** @param file from the project's folder, with slashes */
export function holdsTexts(file: string): boolean {
  return textFiles.some((candidate) => candidate.file.test(file))
}

/** @param path 'accountStrings.form.saving' */
export function isText(file: string, path: string): boolean {
  const { texts = /^/ } = textFiles.find((candidate) => candidate.file.test(file)) ?? {}
  return texts.test(path) && !asTheyAre.test(path)
}
