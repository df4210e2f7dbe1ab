/** A piece of source text that is no code, or that is. */
export interface Token {
  readonly kind: 'comment' | 'string' | 'regex' | 'code'
  readonly text: string
}

const PIECES: readonly (readonly [Token['kind'], RegExp])[] = [
  ['comment', /\/\/.*|\/\*[\s\S]*?\*\//y],
  ['string', /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y],
  ['regex', /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y],
  ['code', /[$\w]+|\s+|\+\+|--|[\s\S]/y],
]
const TEMPLATE = /[`}](?:\\[\s\S]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/y
const BEFORE_A_VALUE =
  /^(?:return|typeof|instanceof|in|of|new|delete|void|throw|case|do|else|yield|await|default|extends)$/
const BEFORE_A_CONDITION = /^(?:if|while|for|with)$/

/**
 * Cuts TypeScript into tokens, which put together are the text again. A template gives a string for each of its texts, and
 * code between them.
 *
 * A slash divides if a value stands before it, else it begins a regular expression. A closing parenthesis ends a value, but
 * not that of `if (…)`; a closing brace is taken to end a block.
 */
export function* tokens(text: string): Generator<Token, void, undefined> {
  const open: { readonly bracket: string; readonly isCondition: boolean }[] = []
  let word = '' // The last token that is neither space nor comment.
  let isValue = false // Whether it ends a value.
  for (let at = 0; at < text.length; ) {
    const { kind, text: token } = next(text, at, isValue, open.at(-1)?.bracket === '${')
    at += token.length
    yield { kind, text: token }
    if (kind === 'comment' || /^\s/.test(token)) continue
    const isTemplate = kind === 'string' && /^[`}]/.test(token)
    if (isTemplate && token.startsWith('}')) open.pop()
    if (isTemplate && token.endsWith('${')) open.push({ bracket: '${', isCondition: false })
    else if (token === '(' || token === '{') open.push({ bracket: token, isCondition: BEFORE_A_CONDITION.test(word) })
    const closed = token === ')' || token === '}' ? open.pop() : undefined
    if (kind !== 'code') isValue = !token.endsWith('${')
    else if (closed !== undefined) isValue = token === ')' && !closed.isCondition
    else if (token !== '++' && token !== '--' && !(token === '!' && isValue)) {
      isValue = token === ']' || (/^[$\w]/.test(token) && (word === '.' || !BEFORE_A_VALUE.test(token)))
    }
    word = token
  }
}

function next(text: string, at: number, isValue: boolean, isInTemplate: boolean): Token {
  if (text[at] === '`' || (isInTemplate && text[at] === '}')) {
    const found = match(TEMPLATE, text, at)
    if (found !== undefined) return { kind: 'string', text: found }
  }
  for (const [kind, piece] of PIECES) {
    const found = kind === 'regex' && isValue ? undefined : match(piece, text, at)
    if (found !== undefined) return { kind, text: found }
  }
  throw new Error(`no token at ${at}`)
}

function match(piece: RegExp, text: string, at: number): string | undefined {
  piece.lastIndex = at
  return piece.exec(text)?.[0]
}
