/** Makes `src/generated` from `src/kernel`. Run by the package's build; a test compares what is committed. */
import { writeFileSync } from 'node:fs'
import { generated } from './generated.ts'

for (const [name, text] of Object.entries(await generated())) {
  writeFileSync(new URL(`../src/generated/${name}`, import.meta.url), text)
}
