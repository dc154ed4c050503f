// Hands the user a file that was made, or fetched, in this tab.

/** In milliseconds: by then the browser has begun to read what the address stands for. */
const addressLivesMs = 60_000

export function download(fileName: string, file: Blob): void {
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), addressLivesMs)
}
