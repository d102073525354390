/** Streams. */
import fc from 'fast-check';
import { call, type Commands, position, serialization, text, within, workflow } from './words.ts';

const key = fc.constantFrom('x', 'y');
const name = fc.constantFrom('DBOS.writeStream', 'DBOS.writeStream', 'DBOS.closeStream');

export const STREAMS: Commands = [
  { weight: 3, arbitrary: within('writeStreamFromWorkflow', position, key, text, serialization, name) },
  { weight: 2, arbitrary: within('writeStreamFromStep', position, key, text, serialization) },
  { weight: 1, arbitrary: within('closeStreamFromWorkflow', position, key) },
  { weight: 1, arbitrary: within('closeStreamFromStep', position, key) },
  { weight: 1, arbitrary: call('readStreamValue', workflow, key, fc.nat({ max: 2 })) },
];
