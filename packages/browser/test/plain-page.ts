/** A page without a bundler, whose import map names what is published. */
export class PlainPage {
  readonly #window: Window

  constructor(window: Window) {
    this.#window = window
  }

  static async open(): Promise<PlainPage> {
    return new PlainPage(await openFrame({ src: '/plain/' }))
  }

  get document(): Document {
    return this.#window.document
  }

  /** Runs the body of an async function in that page. */
  run(body: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const answer = ({ data }: MessageEvent): void =>
        'error' in data ? reject(new Error(data.error)) : resolve(data.value)
      addEventListener('message', answer, { once: true })
      const script = this.document.createElement('script')
      script.type = 'module'
      script.textContent = `
        const run = async () => { ${body} }
        run().then((value) => parent.postMessage({ value }), (error) => parent.postMessage({ error: String(error) }))`
      this.document.head.append(script)
    })
  }
}

/** The window of a frame that has loaded. */
export async function openFrame(attributes: Readonly<Record<string, string>>): Promise<Window> {
  const frame = document.createElement('iframe')
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value)
  document.body.append(frame)
  await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
  return frame.contentWindow as Window
}
