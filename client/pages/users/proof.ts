// The admin's own password, which a sensitive change asks for when the sign-in is old (R65).

export const proofName = 'current_password'

/** Empty where the field was not shown. */
export function proofOf(fields: FormData): { current_password?: string } {
  const typed = fields.get(proofName)
  return typeof typed === 'string' ? { current_password: typed } : {}
}
