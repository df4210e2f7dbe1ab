const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A count, with its thousands apart. */
export function count(n: number): string {
  return whole.format(n)
}

/** So many of something. */
export function counted(n: number, one: string, many: string = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

/** An amount of bytes: `100 B`, `1.5 KiB`. */
export function bytes(n: number): string {
  if (n < 1024) return `${n} B`
  const power = Math.min(4, Math.floor(Math.log2(n) / 10))
  return `${threeDigits(n / 1024 ** power)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`
}

/** How long it takes: `0.42 ms`, `2.1 s`, `3.5 h`. */
export function duration(ms: number): string {
  if (ms === 0) return '0 s'
  if (ms < 1000) return `${threeDigits(ms)} ms`
  if (ms < 120_000) return `${threeDigits(ms / 1000)} s`
  if (ms < 7_200_000) return `${threeDigits(ms / 60_000)} min`
  return ms < 172_800_000 ? `${threeDigits(ms / 3_600_000)} h` : `${threeDigits(ms / 86_400_000)} d`
}

function threeDigits(n: number): string {
  if (n >= 100) return whole.format(n)
  return String(Number(n.toFixed(n >= 10 ? 1 : 2)))
}
