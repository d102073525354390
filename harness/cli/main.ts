#!/usr/bin/env node
/**
 * `npx reprise`: hands the command line to the command it names.
 */
import { reprise } from './reprise.ts';
import { paintFor, progressLine } from './terminal.ts';
import { EXIT } from './usage.ts';

// Whoever reads only the beginning (`reprise ... | head`) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

/** The first time, commands that listen end in their own way and print what they have; the second time, at once. */
function interruptions(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => (controller.signal.aborted ? process.exit(EXIT.interrupted) : controller.abort()));
  return controller.signal;
}

let interrupted: AbortSignal | undefined;
process.exitCode = await reprise(process.argv.slice(2), {
  print: (text) => void process.stdout.write(`${text}\n`),
  warn: (text) => void process.stderr.write(`${text}\n`),
  paint: paintFor(process.stdout),
  width: process.stdout.columns || 80,
  ...(process.stderr.isTTY ? { progress: progressLine(process.stderr) } : {}),
  // Only for a command that asks: the others end as any process does.
  get interrupted() {
    return (interrupted ??= interruptions());
  },
});
// A database that is closed may still hold the process for a while.
process.stdout.write('', () => process.exit());
