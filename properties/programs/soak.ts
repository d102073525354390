/** `npm run soak`: holds the laws about generated programs to ever more of them. */
import { soak } from './soaking.ts';

process.exitCode = await soak(process.argv.slice(2), {
  print: (text) => void process.stdout.write(`${text}\n`),
  warn: (text) => void process.stderr.write(`${text}\n`),
  nowMs: () => performance.now(),
});
