/** What is recorded at positions. */
import fc from 'fast-check';
import { call, type Commands, position, serialization, text, time, within, workflow } from './words.ts';

// No step is called like a sleep: one that fails would leave an error where a deadline is looked for, and nobody writes it.
const name = fc.constantFrom('a', 'b', 'DBOS.send', 'DBOS.recv', 'getStatus', 'DBOS.patch-p');
const outcome = fc.oneof(
  fc.record({ output: text, serialization }),
  fc.record({ output: text, childWorkflowID: workflow }),
  fc.constant({ error: '{"name":"Error","message":"no"}', serialization: 'js_superjson' }),
  fc.constant({}),
);
const patch = fc.constantFrom('p', 'q');

/** What the code of a transaction comes to. */
const transaction = fc.oneof(
  text.map((returns) => ({ returns })),
  fc.constantFrom('no', 'never').map((throws) => ({ throws })),
);

export const STEPS: Commands = [
  { weight: 3, arbitrary: within('runTransactionalStep', position, name, transaction) },
  { weight: 1, arbitrary: call('checkIfCanceled', workflow) },
  { weight: 1, arbitrary: call('checkIfCanceledLimited', workflow) },
  { weight: 3, arbitrary: call('getOperationResultAndThrowIfCancelled', workflow, position) },
  { weight: 5, arbitrary: within('recordOperationResult', position, name, fc.boolean(), time, time, outcome) },
  { weight: 3, arbitrary: within('checkPatch', position, patch, fc.boolean()) },
  {
    weight: 1,
    arbitrary: call(
      'getAllOperationResults',
      workflow,
      fc.option(fc.nat({ max: 2 }), { nil: undefined }),
      fc.option(fc.nat({ max: 2 }), { nil: undefined }),
      fc.boolean(),
    ),
  },
];
