// Draws the floors and rooms as an SVG, with the arrows that the imports make: docs/architecture.md.

import { floorOf, floors, type Import, roomOf } from './architecture.ts'

interface Box {
  x: number
  y: number
  width: number
  height: number
}

export const schemes = ['light', 'dark'] as const
type Scheme = (typeof schemes)[number]

/** Where the picture is committed. */
export function housePicture(scheme: Scheme): URL {
  return new URL(`../../docs/pictures/house-${scheme}.svg`, import.meta.url)
}

const colours = {
  light: {
    text: '#1c2a24',
    quiet: '#5d6b64',
    floor: '#eef3ef',
    edge: '#b9c4bd',
    room: '#ffffff',
    arrow: '#1f7a55',
  },
  dark: {
    text: '#e8efe9',
    quiet: '#9fb0a6',
    floor: '#1d2823',
    edge: '#4a5750',
    room: '#2b3932',
    arrow: '#4fc18f',
  },
} as const

const width = 1000
const height = 1020

/** Where each floor of the house stands. What builds and starts it (build, launch) is outside. */
const places: Readonly<Record<string, Box>> = {
  main: { x: 20, y: 50, width: 620, height: 40 },
  app: { x: 20, y: 115, width: 490, height: 40 },
  commands: { x: 535, y: 115, width: 105, height: 250 },
  http: { x: 20, y: 180, width: 490, height: 55 },
  oauth: { x: 20, y: 260, width: 235, height: 40 },
  trpc: { x: 275, y: 260, width: 235, height: 40 },
  web: { x: 20, y: 325, width: 490, height: 40 },
  services: { x: 20, y: 390, width: 620, height: 40 },
  auth: { x: 20, y: 455, width: 490, height: 370 },
  features: { x: 535, y: 455, width: 105, height: 370 },
  db: { x: 20, y: 850, width: 490, height: 55 },
  config: { x: 535, y: 850, width: 105, height: 55 },
  settings: { x: 20, y: 930, width: 235, height: 55 },
  contract: { x: 275, y: 930, width: 705, height: 55 },

  entries: { x: 700, y: 50, width: 280, height: 40 },
  routes: { x: 700, y: 155, width: 280, height: 40 },
  pages: { x: 700, y: 260, width: 280, height: 40 },
  components: { x: 700, y: 365, width: 280, height: 55 },
  api: { x: 700, y: 500, width: 280, height: 55 },
  session: { x: 700, y: 700, width: 130, height: 40 },
  strings: { x: 850, y: 700, width: 130, height: 40 },
}

/** What the name of a floor does not say. */
const notes: Readonly<Record<string, string>> = {
  main: 'the entries',
  services: 'the rules, put together by hand',
  features: 'items, yours',
  contract: 'what crosses the wire',
}

/** The floor whose rooms are drawn with their arrows. */
const opened = 'auth'

/** What a house is drawn from: `listImports` returns it. */
type Imports = readonly Pick<Import, 'from' | 'to'>[]

export function drawHouse(imports: Imports, scheme: Scheme): string {
  const colour = colours[scheme]
  const drawn = floors.filter(({ name }) => places[name])
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    '<title>The floors of Keycard and their rooms; arrows are imports, without those that others imply</title>',
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="${colour.arrow}"/></marker></defs>`,
    text(20, 30, 'The server', colour.quiet),
    text(700, 30, 'The browser', colour.quiet),
    ...drawn.flatMap(({ name, rooms }) => drawFloor(name, rooms ?? [], colour)),
    ...arrowsOfFloors(imports).map(([from, to]) => connect(boxOf(from), boxOf(to), colour.arrow)),
    ...drawOpened(imports, colour),
    text(
      20,
      height - 14,
      'An arrow is an import. One that others imply is left out.',
      colour.quiet,
    ),
    '</svg>\n',
  ].join('\n')
}

type Palette = (typeof colours)[Scheme]

function drawFloor(name: string, rooms: readonly string[], colour: Palette): string[] {
  const { x, y, width, height } = boxOf(name)
  const note = notes[name]
  const title = [`<tspan font-weight="600">${name}</tspan>`]
  const isNarrow = width < 120
  if (note && isNarrow)
    title.push(`<tspan x="${x + 12}" dy="18" fill="${colour.quiet}">${note}</tspan>`)
  else if (note) title.push(`<tspan dx="10" fill="${colour.quiet}">${note}</tspan>`)
  const named = rooms.filter((room) => room !== '.').map((room) => room.replace(/\.tsx?$/, ''))
  const hasPlace = name !== opened && height > 40
  const list = hasPlace ? named : []
  return [
    rect({ x, y, width, height }, 8, colour.floor, colour.edge),
    text(x + 12, y + 24, title.join(''), colour.text),
    ...list.map((room, index) =>
      isNarrow
        ? text(x + 12, y + 48 + index * 18, room, colour.quiet)
        : text(x + 12 + sum(list.slice(0, index)), y + 44, room, colour.quiet),
    ),
  ]
}

/** The width of the earlier rooms, written side by side. */
const sum = (words: readonly string[]) =>
  words.reduce((total, word) => total + word.length * 7 + 14, 0)

/**
 * Between two floors. Those of features come from the rule: which features exist is up to the
 * builder.
 */
function arrowsOfFloors(imports: Imports): Arrow[] {
  const made = imports.flatMap(({ from, to }): Arrow[] => {
    const [upper, lower] = [floorOf(from)?.name ?? '', floorOf(to)?.name ?? '']
    const isDrawn = places[upper] && places[lower] && upper !== lower
    // The browser knows a type of the server, which is not part of what runs.
    const leavesBrowser =
      from.startsWith('client/') && to.startsWith('server/') && lower !== 'contract'
    return isDrawn && !leavesBrowser ? [[upper, lower]] : []
  })
  const ruled: Arrow[] = [
    ['services', 'features'],
    ['features', 'db'],
  ]
  return reduce([...made.filter((arrow) => !arrow.includes('features')), ...ruled])
}

/** The rooms of one floor, each on the lowest shelf above all that it imports. */
function drawOpened(imports: Imports, colour: Palette): string[] {
  const rooms = floors.find(({ name }) => name === opened)?.rooms ?? []
  const between = reduce(
    imports.flatMap(({ from, to }): Arrow[] => {
      if (floorOf(from)?.name !== opened || floorOf(to)?.name !== opened) return []
      const [upper, lower] = [roomOf(from, rooms).name, roomOf(to, rooms).name]
      // A room that the rule does not name is a builder's.
      return upper !== lower && rooms.includes(upper) && rooms.includes(lower)
        ? [[upper, lower]]
        : []
    }),
  )
  const boxes = placeOnShelves(rooms, between)
  const boxOfRoom = (room: string) => boxes.get(room) ?? boxOf(opened)
  return [
    ...between.map(([from, to]) => connect(boxOfRoom(from), boxOfRoom(to), colour.arrow)),
    ...rooms.flatMap((room) => {
      const box = boxOfRoom(room)
      const middle = box.x + box.width / 2
      return [
        rect(box, 5, colour.room, colour.edge),
        `<text x="${middle}" y="${box.y + 18}" text-anchor="middle" fill="${colour.text}">${room}</text>`,
      ]
    }),
  ]
}

function placeOnShelves(rooms: readonly string[], arrows: readonly Arrow[]): Map<string, Box> {
  const levelOf = (room: string): number =>
    1 + Math.max(-1, ...arrows.filter(([from]) => from === room).map(([, to]) => levelOf(to)))
  const levels = rooms.map(levelOf)
  const shelves = Array.from({ length: Math.max(...levels) + 1 }, (_, level) =>
    rooms.filter((_room, index) => levels[index] === level),
  )
  const frame = boxOf(opened)
  const [roomWidth, roomHeight] = [84, 27]
  const step = (frame.height - 30 - roomHeight) / Math.max(1, shelves.length - 1)
  const boxes = new Map<string, Box>()
  const middleOf = ({ x, width }: Box) => x + width / 2
  /** Over the middle of what it imports, so that few arrows cross. */
  const pullOf = (room: string) => {
    const below = arrows.flatMap(([from, to]) => (from === room ? (boxes.get(to) ?? []) : []))
    return below.reduce((total, box) => total + middleOf(box), 0) / Math.max(1, below.length)
  }
  for (const [level, shelf] of shelves.entries()) {
    shelf.sort((one, other) => pullOf(one) - pullOf(other))
    const y = Math.round(frame.y + frame.height - 12 - roomHeight - level * step)
    for (const [index, room] of shelf.entries()) {
      const middle = frame.x + (frame.width * (index + 0.5)) / shelf.length
      boxes.set(room, {
        x: Math.round(middle - roomWidth / 2),
        y,
        width: roomWidth,
        height: roomHeight,
      })
    }
  }
  return boxes
}

/** From the importing place to the imported one. */
type Arrow = [from: string, to: string]

/** Each arrow once, without those that a longer way implies. The graph has no cycle. */
function reduce(arrows: readonly Arrow[]): Arrow[] {
  const unique = [...new Map(arrows.map((arrow) => [arrow.join(' '), arrow])).values()].sort()
  const reaches = (from: string, to: string): boolean =>
    from === to || unique.some(([upper, lower]) => upper === from && reaches(lower, to))
  return unique.filter(
    ([from, to]) =>
      !unique.some(([upper, lower]) => upper === from && lower !== to && reaches(lower, to)),
  )
}

function boxOf(floor: string): Box {
  const box = places[floor]
  if (!box)
    throw new Error(`${floor} has no place in the picture: give it one in e2e/project/house.ts`)
  return box
}

/** Straight down where one stands above the other, else a curve from middle to middle. */
function connect(upper: Box, lower: Box, colour: string): string {
  const left = Math.max(upper.x, lower.x)
  const right = Math.min(upper.x + upper.width, lower.x + lower.width)
  const isAbove = right - left > 20
  const startX = isAbove ? (left + right) / 2 : upper.x + upper.width / 2
  const endX = isAbove ? startX : lower.x + lower.width / 2
  const [startY, endY] = [upper.y + upper.height, lower.y]
  const bend = (endY - startY) / 2
  const path = `M${startX} ${startY}C${startX} ${startY + bend} ${endX} ${endY - bend} ${endX} ${endY}`
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.3" marker-end="url(#tip)"/>`
}

function rect({ x, y, width, height }: Box, radius: number, fill: string, edge: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${fill}" stroke="${edge}"/>`
}

function text(x: number, y: number, content: string, fill: string): string {
  return `<text x="${x}" y="${y}" fill="${fill}">${content}</text>`
}
