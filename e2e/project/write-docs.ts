// `npm run docs`: draws the picture of the house, and writes the index of decisions.

import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { listImports } from './architecture.ts'
import { indexFile, readDecisions, writeIndex } from './decisions.ts'
import { drawHouse, housePicture, schemes } from './house.ts'
import { readSources } from './read-sources.ts'

const imports = listImports(readSources(fileURLToPath(new URL('../..', import.meta.url))))
for (const scheme of schemes) writeFileSync(housePicture(scheme), drawHouse(imports, scheme))
writeFileSync(indexFile, writeIndex(readDecisions()))
