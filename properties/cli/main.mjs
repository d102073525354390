/** `npx reprise` as a process of its own, from the sources. */
import { runnerImport } from 'vite';

await runnerImport(new URL('../../harness/cli/main.ts', import.meta.url).pathname, { logLevel: 'error' });
