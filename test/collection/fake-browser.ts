/** As much of a browser's storage as the stores of collections use, for tests in Node. */

/** `navigator` with locks and a private file system, whose files lie in `files`. */
export function fakeNavigator(files: Map<string, Uint8Array>) {
  const held = new Set<string>()
  const handleOf = (name: string) => ({
    getFile: async () => new Blob([(files.get(name) ?? new Uint8Array()).slice()]),
    createWritable: async () => {
      const written: number[] = []
      return {
        write: async (chunk: Uint8Array) => void written.push(...chunk),
        close: async () => void files.set(name, Uint8Array.from(written)),
        abort: async () => {},
      }
    },
  })
  const directory = {
    async getFileHandle(name: string, { create = false } = {}) {
      if (!files.has(name) && !create) throw new DOMException('no such file', 'NotFoundError')
      if (!files.has(name)) files.set(name, new Uint8Array())
      return handleOf(name)
    },
    removeEntry: async (name: string) => void files.delete(name),
  }
  return {
    storage: { getDirectory: async () => directory },
    locks: {
      async request(name: string, options: LockOptions, work: (lock: object | null) => Promise<unknown>) {
        if (held.has(name)) return work(options.ifAvailable === true ? null : { name })
        held.add(name)
        try {
          return await work({ name })
        } finally {
          held.delete(name)
        }
      },
    },
  }
}

/** `indexedDB` with one database, whose values lie in `values`. `problem` is what its transactions fail with. */
export function fakeIndexedDb(values: Map<string, Blob>, problem?: () => DOMException | undefined) {
  const stores = new Set<string>()
  const transaction = (store: string, mode: string) => {
    if (!stores.has(store)) throw new DOMException('no such store', 'NotFoundError')
    const made = { error: problem?.(), oncomplete: () => {}, onabort: () => {}, objectStore: () => objects }
    const objects = {
      get: (key: string) => ({ result: values.get(key) }),
      put(value: Blob, key: string) {
        if (mode !== 'readwrite') throw new DOMException('read only', 'ReadOnlyError')
        if (made.error === undefined) values.set(key, value)
        return {}
      },
    }
    setTimeout(() => (made.error === undefined ? made.oncomplete() : made.onabort()))
    return made
  }
  const database = { transaction, createObjectStore: (name: string) => stores.add(name), close: () => {} }
  return {
    open() {
      const request = { result: database, onsuccess: () => {}, onupgradeneeded: () => {}, onerror: () => {} }
      setTimeout(() => {
        if (stores.size === 0) request.onupgradeneeded()
        request.onsuccess()
      })
      return request
    },
  }
}
