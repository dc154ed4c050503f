// Express with passport-jwt, without sessions. The secret is a KeyObject: jsonwebtoken first tries
// to read text as a public key, which takes longer than everything else.

import { createSecretKey } from 'node:crypto'
import express from 'express'
import passport from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'
import { answerTo, port, ready, secret } from './common.mjs'

passport.use(
  new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: createSecretKey(Buffer.from(secret)),
      algorithms: ['HS256'],
    },
    (claims, done) => done(null, claims),
  ),
)

const app = express()
app.get('/identity', passport.authenticate('jwt', { session: false }), (request, response) => {
  response.json(answerTo(request.user))
})
app.listen(port, '127.0.0.1', ready)
