#!/usr/bin/env node
/**
 * `npx reprise`: hands the command line to the command it names.
 */
import { reprise } from './reprise.ts';
import { paintFor } from './terminal.ts';

// Whoever reads only the beginning (`reprise ... | head`) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await reprise(process.argv.slice(2), {
  print: (text) => void process.stdout.write(`${text}\n`),
  warn: (text) => void process.stderr.write(`${text}\n`),
  paint: paintFor(process.stdout),
  width: process.stdout.columns || 80,
});
// A database that is closed may still hold the process for a while.
process.stdout.write('', () => process.exit());
