// The small first script of the sign-in and registration pages: the others wait in a template for
// the first paint.

/** For a browser that does not report its paints. */
const patienceMs = 3_000

setTimeout(wake, patienceMs)

wakeIfHidden()
document.addEventListener('visibilitychange', wakeIfHidden)

new PerformanceObserver((paints) => {
  if (paints.getEntriesByName('first-contentful-paint').length > 0) wake()
}).observe({ type: 'paint', buffered: true })

/** A tab in the background is not painted, and keeps no one waiting. */
function wakeIfHidden(): void {
  if (document.hidden) wake()
}

/**
 * Once: the template is empty afterwards. Its scripts are moved, not named, as Trusted Types
 * require.
 */
function wake(): void {
  const template = document.querySelector('template')
  if (template) document.head.append(template.content)
}
