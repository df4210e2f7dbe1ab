const INPUT_TYPE = '--input-type'

/** Threads inherit the flags of the process; their entry is a file, which refuses the flag for code given as text. */
export function flagsForThreads(): { execArgv?: string[]; env?: NodeJS.ProcessEnv } {
  const execArgv = process.execArgv.filter((flag, i, flags) => !isInputType(flag) && flags[i - 1] !== INPUT_TYPE)
  const given = process.env['NODE_OPTIONS'] ?? ''
  const options = given.replace(/--input-type[= ]\S+/g, '')
  return {
    ...(execArgv.length < process.execArgv.length && { execArgv }),
    ...(options !== given && { env: { ...process.env, NODE_OPTIONS: options } }),
  }
}

/** Its value is in the same flag, or is the next. */
function isInputType(flag: string): boolean {
  return flag === INPUT_TYPE || flag.startsWith(`${INPUT_TYPE}=`)
}
