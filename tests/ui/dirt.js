// What must not be in the page, whatever was written: a script that is not the client's own, a handler in an attribute,
// an address that runs something.
() => {
  const RUNS = ['iframe', 'object', 'embed', 'base', 'style', 'math']
  const LEADS = ['href', 'src', 'action', 'formaction', 'xlink:href']
  const dirty = []
  for (const element of document.querySelectorAll('*')) {
    const name = element.tagName.toLowerCase()
    if (RUNS.includes(name)) dirty.push(name)
    if (name === 'script' && !(element.src && new URL(element.src).pathname.startsWith('/online/assets/'))) dirty.push(name)
    for (const { name: attribute, value } of element.attributes) {
      if (attribute.startsWith('on') || attribute === 'srcdoc') dirty.push(`${name} ${attribute}`)
      if (LEADS.includes(attribute) && /^\s*(javascript|data|vbscript)\s*:/i.test(value)) dirty.push(`${name} ${value}`)
    }
  }
  return dirty
}
