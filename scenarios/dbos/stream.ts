/**
 * A log that is read while it is written. DBOS records each line that a workflow reads, but not that there is nobody yet who
 * writes: a replay then reads again, and finds what has been written in the meantime.
 */
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dbos } from '../../harness/dbos/index.ts';
import { scenario } from '../../harness/index.ts';
import { caught, holds, type Story } from '../story.ts';

const build = DBOS.registerWorkflow(
  async () => {
    await DBOS.writeStream('log', 'compiled');
    await DBOS.writeStream('log', 'tested');
    await DBOS.closeStream('log');
  },
  { name: 'build' },
);

/** The lines of the log; null: there is no such build. */
async function linesOf(id: string): Promise<string[] | null> {
  const lines: string[] = [];
  try {
    for await (const line of DBOS.readStream<string>(id, 'log')) lines.push(line);
    return lines;
  } catch (error) {
    if ((error as { dbosErrorCode?: number }).dbosErrorCode === 16) return null;
    throw error;
  }
}

const tell = (lines: string[] | null): Promise<string> =>
  lines === null
    ? DBOS.runStep(() => Promise.resolve('nothing to see yet'), { name: 'wait for it' })
    : DBOS.runStep(() => Promise.resolve(lines.join(', ')), { name: 'publish' });

// wrong: that there was no build is not recorded
const bare = DBOS.registerWorkflow(async () => tell(await linesOf('build-1')), { name: 'tellOfBuild' });

// correct: the step records what the whole read came to
const inStep = DBOS.registerWorkflow(
  async () => tell(await DBOS.runStep(() => linesOf('build-1'), { name: 'read log' })),
  { name: 'tellOfBuildInStep' },
);

const telling = (name: string, workflow: () => Promise<string>) =>
  scenario({
    name,
    engine: dbos(),
    start: async () => {
      await DBOS.startWorkflow(workflow, { workflowID: 'news-1' })();
      await DBOS.startWorkflow(build, { workflowID: 'build-1' })();
    },
  });

/** Shape: `DBOS.readStream` from a workflow that is not there yet. */
export const streams: Story = {
  name: 'stream',
  title: 'A stream read before there is anybody to write it',
  about:
    'A defect of the SDK: DBOS 5.3 records what a workflow reads from a stream, but not that there is no such workflow; read in a step.',
  twins: [caught(telling('stream-read-early', bare), 'engine', 0), holds(telling('stream-read-in-step', inStep))],
};
