/** A function of a module, to be called as a task. */
export type TaskFunction = (...args: readonly unknown[]) => unknown

/** What a module offers as tasks: its named exports, and the fields of what a CommonJS module exports where the loader sees no names. */
export class Exports {
  readonly #module: string
  readonly #exports: Readonly<Record<string, unknown>>
  readonly #found = new Map<string, TaskFunction>()

  constructor(module: string, exports: Readonly<Record<string, unknown>>) {
    this.#module = module
    this.#exports = exports
  }

  /** Names under which there are functions, as far as can be seen without calling a getter. */
  get names(): readonly string[] {
    return [...new Set([...functionsOf(this.#exports), ...functionsOf(this.#exports['default'])])]
  }

  /** The function of a name. Throws `TypeError` naming those there are. */
  find(name: string): TaskFunction {
    let found = this.#found.get(name)
    if (found === undefined) {
      found = this.#search(name)
      this.#found.set(name, found)
    }
    return found
  }

  #search(name: string): TaskFunction {
    const hidden = this.#exports['default']
    const found = Object.hasOwn(this.#exports, name) ? this.#exports[name] : ownField(hidden, name)
    if (typeof found === 'function') return found as TaskFunction
    throw notExported(name, this.#module, this.names)
  }
}

/** The error of a name that is none of those a module exports functions under. */
export function notExported(name: string, module: string, names: readonly string[]): TypeError {
  return new TypeError(`"${name}" is not a function that ${module} exports; it exports ${names.join(', ') || 'none'}`)
}

function ownField(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
    ? Reflect.get(holder, name)
    : undefined
}

function functionsOf(holder: unknown): string[] {
  if (typeof holder !== 'object' || holder === null) return []
  return Object.getOwnPropertyNames(holder).filter((key) => {
    const { get, value } = Object.getOwnPropertyDescriptor(holder, key) ?? {}
    return get !== undefined || typeof value === 'function'
  })
}
