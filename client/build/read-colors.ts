// Reads a colour of the design tokens, for what no stylesheet reaches.

import { readFileSync } from 'node:fs'

const tokens = new URL('../styles/tokens.css', import.meta.url)

/** As CSS has it: a name, `#075b41`, `oklch(0.4 0.08 167)`. */
export interface SchemeColors {
  light: string
  dark: string
}

/** @throws Error where the token is not one `light-dark()` of two colours */
export function readColors(token: string): SchemeColors {
  const color = String.raw`[\w#-]+(?:\([^()]*\))?`
  const pattern = String.raw`^ *--${token}:\s*light-dark\(\s*(${color}),\s*(${color})\s*\);`
  const [, light, dark] = new RegExp(pattern, 'm').exec(readFileSync(tokens, 'utf8')) ?? []
  if (!light || !dark) throw new Error(`tokens.css has no --${token}: light-dark(…, …);`)
  return { light, dark }
}
