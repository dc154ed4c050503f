// Loaded into a server before its own code, as the control: all input is normalized before any bound.

const { decode } = TextDecoder.prototype
/** @param {Parameters<typeof decode>} given */
TextDecoder.prototype.decode = function (...given) {
  const text = decode.apply(this, given)
  text.normalize('NFKC')
  return text
}

const decodeComponent = globalThis.decodeURIComponent
globalThis.decodeURIComponent = (encoded) => {
  const text = decodeComponent(encoded)
  text.normalize('NFKC')
  return text
}
