// Loads one page as Lighthouse's phone on slow 4G does, and prints the result: <url> <path of Chromium>

import * as chromeLauncher from 'chrome-launcher'
import lighthouse from 'lighthouse'

const [url, chromePath] = process.argv.slice(2)
const chrome = await chromeLauncher.launch({
  chromePath,
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
})
try {
  const run = await lighthouse(url, { port: chrome.port, onlyCategories: ['performance'] })
  const { audits, categories, lighthouseVersion } = run.lhr
  const scripts = audits['network-requests'].details.items.filter(
    ({ resourceType }) => resourceType === 'Script',
  )
  console.log(
    JSON.stringify({
      version: lighthouseVersion,
      score: categories.performance.score,
      largestPaintMs: audits['largest-contentful-paint'].numericValue,
      layoutShift: audits['cumulative-layout-shift'].numericValue,
      blockingMs: audits['total-blocking-time'].numericValue,
      scriptBytes: scripts.reduce((sum, { transferSize }) => sum + transferSize, 0),
    }),
  )
} finally {
  chrome.kill()
}
