// The schemas say exactly what the rules say.

import { describe, expect, it } from 'vitest'
import { emailSchema, loginSchema, newPasswordSchema, usernameSchema } from './credentials.ts'

describe('the schemas of credentials', () => {
  it('carry the sentence of the rule', () => {
    expect(usernameSchema.safeParse('jo').error?.issues[0]?.message).toBe(
      'must have 3 to 64 characters',
    )
    expect(emailSchema.safeParse('jo').error?.issues[0]?.message).toBe(
      'must be an email address such as name@example.com',
    )
    expect(newPasswordSchema({ minLength: 8 }).safeParse('seven77').error?.issues[0]?.message).toBe(
      'must have at least 8 characters: a few unrelated words make a good password',
    )
  })

  it('return accepted values unchanged', () => {
    expect(usernameSchema.parse('JohnDoe')).toBe('JohnDoe')
    expect(newPasswordSchema().parse('  every good boy deserves fun ')).toBe(
      '  every good boy deserves fun ',
    )
  })

  it.each([undefined, null, 15, {}, ['johndoe']])('refuse %j, which is not text', (value) => {
    expect(usernameSchema.safeParse(value).success).toBe(false)
    expect(newPasswordSchema().safeParse(value).success).toBe(false)
  })
})

describe('loginSchema', () => {
  it('accepts short and odd passwords: only the stored hash can say that one is wrong', () => {
    for (const password of ['x', 'secret', 'with\0nul', 'half \uD800', '🦊'.repeat(300)]) {
      expect(loginSchema.safeParse({ username: 'johndoe', password }).success).toBe(true)
    }
  })

  it('R95: refuses excessive length before the value is processed', () => {
    const password = 'x'.repeat(1_000_000)
    expect(loginSchema.safeParse({ username: 'johndoe', password }).error?.issues).toMatchObject([
      { path: ['password'], message: 'must have at most 2048 characters' },
    ])
  })

  it('refuses an empty name or password, and says which', () => {
    expect(loginSchema.safeParse({ username: '', password: '' }).error?.issues).toMatchObject([
      { path: ['username'], message: 'must not be empty' },
      { path: ['password'], message: 'must not be empty' },
    ])
  })
})
