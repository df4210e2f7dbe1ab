import { Reason, SYMBOLS, type Wired, type WiredObject, type WiredSignal } from './wire.ts'

/** The objects of this thread that another one calls. */
export class Callee {
  readonly #objects = new Map<number, object>()
  readonly #signals = new Map<number, AbortController>()
  readonly #settle: (promise: number, failed: boolean, value: Wired) => void
  #next = 0

  /** `settle` is told when a promise has come to its end. */
  constructor(settle: (promise: number, failed: boolean, value: Wired) => void) {
    this.#settle = settle
  }

  call(target: number, member: string, args: readonly unknown[]): Wired {
    const object = this.#objects.get(target) as Record<string | symbol, (...args: unknown[]) => unknown>
    const method = object[SYMBOLS[member] ?? member] as (...args: unknown[]) => unknown
    return this.wire(
      method.apply(
        object,
        args.map((each) => this.#argument(each)),
      ),
    )
  }

  read(target: number, member: string): Wired {
    return this.wire((this.#objects.get(target) as Record<string, unknown>)[member])
  }

  abort(signal: number): void {
    this.#controllerOf(signal).abort(new Reason(signal))
  }

  /** Disposes whatever was handed out. */
  forget(): void {
    for (const object of this.#objects.values()) (object as Partial<Disposable>)[Symbol.dispose]?.()
    this.#objects.clear()
    this.#signals.clear()
  }

  wire(value: unknown): Wired {
    if (value instanceof Reason) return { is: 'reason', signal: value.signal }
    if (value instanceof Error) return { is: 'error', values: this.#wireAll(membersOfError(value)) }
    if (Array.isArray(value)) return { is: 'array', values: value.map((each) => this.wire(each)) }
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return { is: 'plain', value }
    if (value instanceof Promise) return { is: 'promise', promise: this.#await(value) }
    const object = this.#wireObject(value)
    if (object.methods.length > 0) return object
    return { is: 'record', values: this.#wireAll(Object.entries(value)) }
  }

  #wireAll(members: readonly (readonly [string, unknown])[]): (readonly [string, Wired])[] {
    return members.map(([name, each]) => [name, this.wire(each)])
  }

  #wireObject(value: object): WiredObject {
    const names = [...new Set(namesOf(value))]
    const isMethod = (name: string) => typeof (value as Record<symbol, unknown>)[keyOf(name)] === 'function'
    const object = ++this.#next
    this.#objects.set(object, value)
    return { is: 'object', object, methods: names.filter(isMethod), getters: names.filter((name) => !isMethod(name)) }
  }

  #await(promise: Promise<unknown>): number {
    const number = ++this.#next
    promise.then(
      (value) => this.#settle(number, false, this.wire(value)),
      (error: unknown) => this.#settle(number, true, this.wire(error)),
    )
    return number
  }

  #argument(value: unknown): unknown {
    const wired = (value as { signal?: Partial<WiredSignal> } | null | undefined)?.signal
    if (wired?.wiredSignal === undefined) return value
    if (wired.aborted) this.abort(wired.wiredSignal)
    return { ...(value as object), signal: this.#controllerOf(wired.wiredSignal).signal }
  }

  #controllerOf(signal: number): AbortController {
    const controller = this.#signals.get(signal) ?? new AbortController()
    this.#signals.set(signal, controller)
    return controller
  }
}

function membersOfError(error: Error): [string, unknown][] {
  const { name, message, cause } = error
  const own = Object.entries(error).map(([key, value]): [string, unknown] => [
    key,
    key === 'rest' ? [...(value as Iterable<unknown>)] : value,
  ])
  return [['name', name], ['message', message], ['cause', cause], ...own]
}

function* namesOf(value: object): Generator<string> {
  for (let type: object = value; type !== Object.prototype && type !== null; type = Object.getPrototypeOf(type)) {
    yield* Object.getOwnPropertyNames(type).filter((name) => name !== 'constructor')
    for (const [name, symbol] of Object.entries(SYMBOLS)) if (Object.hasOwn(type, symbol)) yield name
  }
}

function keyOf(name: string): symbol {
  return (SYMBOLS[name] ?? name) as symbol
}
