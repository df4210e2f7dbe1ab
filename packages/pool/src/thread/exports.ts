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
    const names = [...new Set([...functionsOf(this.#exports), ...functionsOf(hidden)])].join(', ')
    throw new TypeError(`"${name}" is not a function that ${this.#module} exports; it exports ${names || 'none'}`)
  }
}

function ownField(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
    ? Reflect.get(holder, name)
    : undefined
}

function functionsOf(holder: unknown): string[] {
  if (typeof holder !== 'object' || holder === null) return []
  return Object.keys(holder).filter((key) => typeof Reflect.get(holder, key) === 'function')
}
