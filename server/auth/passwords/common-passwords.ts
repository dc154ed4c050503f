// What people choose first when a password has to be long: words, phrases and rows of keys.

/** In lower case. A password of up to three of these is refused. */
export const commonWords = `
  abc123 access account admin administrator alexander amanda america andrew angel anthony apple
  april ashley august austin bailey banana barcelona baseball basketball batman beautiful blink182
  boston brandon buster butterfly changeme charlie cheese chelsea chicago chocolate christmas
  computer cookie cowboys dallas daniel database december default diamond dolphin dragon eagles
  elephant elizabeth england family february flower football forever freedom friend ginger google
  guitar hannah hello heather helloworld hockey hunter iloveyou internet jackson january jasmine
  jennifer jessica jordan joshua justin killer lakers letmein liverpool london lovely loveyou
  madison maggie manager manchester marlboro martin master matrix matthew maverick melissa mercedes
  michael michelle midnight monkey morgan mustang nicole november october orange pass passw0rd
  password patrick peanut pepper pokemon princess purple qwerty rainbow ranger richard robert
  samsung secret september server service shadow silver soccer spiderman spring starwars steelers
  summer sunshine superman superuser support system taylor testing thomas thunder tigger trustno1
  user victoria welcome whatever william winter yankees yellow zxcvbnm
`
  .trim()
  .split(/\s+/)

/** Famous sentences, and the examples that advice about passwords itself made famous. */
export const commonPhrases = `
  allyourbasearebelongtous
  changemeplease
  correcthorsebatterystaple
  donttellanyone
  dontforgetthis
  forgetmenot
  fourscoreandsevenyearsago
  godblessamerica
  happybirthdaytoyou
  happyeverafter
  helloworldhelloworld
  icanhazpassword
  idontknow
  iforgotmypassword
  ihatepasswords
  iloveyouforever
  iloveyousomuch
  iloveyoutothemoonandback
  inthebeginningwastheword
  itwasthebestoftimes
  jesuslovesme
  jesusismysavior
  keepcalmandcarryon
  letmeinplease
  liveandletdie
  livelaughlove
  longlivetheking
  loremipsumdolorsitamet
  maytheforcebewithyou
  mynameismypassword
  mypassword
  mypasswordispassword
  mysecretpassword
  nobodyknowsthis
  nottodaysatan
  onceuponatime
  onetwothreefour
  onetwothreefourfive
  opensesame
  passwordispassword
  passwordsareboring
  pleaseletmein
  roses are red violets are blue
  secretpassword
  supercalifragilisticexpialidocious
  supersecretpassword
  teenagemutantninjaturtles
  thankyouverymuch
  thecakeisalie
  theanswerisfortytwo
  thequickbrownfox
  thequickbrownfoxjumpsoverthelazydog
  thereisnospoon
  thisisapassword
  thisismypassword
  thisisnotapassword
  thisissecret
  thisisaverylongpassword
  thispasswordissecure
  tobeornottobe
  tobeornottobethatisthequestion
  trustnoone
  twinkletwinklelittlestar
  verysecretpassword
  wearethechampions
  whatisthematrix
  whatismypassword
  winteriscoming
  yabbadabbadoo
  youshallnotpass
  yourpassword
`
  .trim()
  .split('\n')
  .map((phrase) => phrase.replaceAll(' ', ''))

/** Keys and characters that follow one another: rows, columns, alphabet. Read from either end. */
export const commonRows = [
  '12345678901234567890',
  '!@#$%^&*()!@#$%^&*()',
  'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz',
  ...[
    'qwertyuiop[]',
    'asdfghjkl;',
    'zxcvbnm,./',
    'qwertzuiop',
    'azertyuiop',
    'qsdfghjklm',
    'yxcvbnm',
  ],
  ...['1qaz', '2wsx', '3edc', '4rfv', '5tgb', '6yhn', '7ujm', '8ik,', '9ol.', '0p;/'],
  ...['!qaz', '@wsx', '#edc', '$rfv', '1q2w3e4r5t6y7u8i9o0p', 'q1w2e3r4t5y6u7i8o9p0'],
  ...['a1b2c3d4e5f6g7h8i9', '147258369', '159753', '741852963'],
]
