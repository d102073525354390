/** Messages and events. */
import fc from 'fast-check';
import { call, type Commands, maybe, position, serialization, text, topic, within, workflow } from './words.ts';

const nobody = fc.oneof({ weight: 6, arbitrary: workflow }, { weight: 1, arbitrary: fc.constant('nobody') });
const key = maybe(fc.constantFrom('k1', 'k2'));
const name = fc.constantFrom('x', 'y');
const seconds = fc.constantFrom(0, 2, 0.25, 12);
const timeoutPosition = fc.constantFrom(4, 5);

export const MESSAGES: Commands = [
  { weight: 4, arbitrary: within('send', position, nobody, text, topic, serialization, key) },
  { weight: 3, arbitrary: call('sendDirect', nobody, text, topic, serialization, key) },
  { weight: 2, arbitrary: within('sendFromStep', nobody, text, topic, serialization, key) },
  { weight: 5, arbitrary: within('recv', position, timeoutPosition, topic, seconds) },
  { weight: 4, arbitrary: within('setEvent', position, name, text, serialization) },
  { weight: 1, arbitrary: call('getEvent', workflow, name, seconds) },
  {
    weight: 3,
    arbitrary: within('getEvent', position, timeoutPosition, workflow, name, seconds).map((made) => {
      const [workflowID, functionID, timeoutFunctionID, from, what, timeoutS] = made.args;
      return { ...made, args: [from, what, timeoutS, { workflowID, functionID, timeoutFunctionID }] };
    }),
  },
];
