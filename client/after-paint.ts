// The first script of both doors, and a small one: the others wait in a template for the first paint.

/** For a browser that does not tell of its paints. */
const patienceMs = 3_000

setTimeout(wake, patienceMs)

wakeIfHidden()
document.addEventListener('visibilitychange', wakeIfHidden)

new PerformanceObserver((paints) => {
  if (paints.getEntriesByName('first-contentful-paint').length > 0) wake()
}).observe({ type: 'paint', buffered: true })

/** A tab in the background is not painted, and has nobody whom scripts could keep waiting. */
function wakeIfHidden(): void {
  if (document.hidden) wake()
}

/** Once: the template is empty then. Its scripts are moved and not named, as Trusted Types want it. */
function wake(): void {
  const template = document.querySelector('template')
  if (template) document.head.append(template.content)
}
