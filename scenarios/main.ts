/**
 * `npm start`: tries every twin of the catalogue, says whether each came out as expected, and tells one story in full.
 */
import { paintFor, progressLine } from '../harness/cli/terminal.ts';
import { start } from './start.ts';

// Whoever reads only the beginning (`npm start | head`) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await start(process.argv.slice(2), {
  print: (text) => void process.stdout.write(`${text}\n`),
  warn: (text) => void process.stderr.write(`${text}\n`),
  paint: paintFor(process.stdout),
  progress: progressLine(process.stderr),
  folder: process.env['CI'] ? null : '.reprise',
});
