/**
 * What the author of a workflow is given: every durable call, for one execution.
 */
import type { Execution } from './execution.ts';
import type { Context } from './program.ts';
import { drawn, effect, getEvent, recv, sleep, start, step, transaction, uuid } from './runtime.ts';
import { encode } from './values.ts';

/** The calls that the author of a workflow makes, for one execution. */
export const contextOf = (execution: Execution): Context => new Calls(execution);

/** Getters, so that calls can be taken off their context (`const { step } = ctx`), and cost nothing when they are not used. */
class Calls implements Context {
  readonly #execution: Execution;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  get workflowId(): string {
    return this.#execution.workflow;
  }

  get step(): Context['step'] {
    return (what, body, ...args) => step(this.#execution, typeof what === 'string' ? { name: what } : what, body, args);
  }

  get transaction(): Context['transaction'] {
    return (name, body, ...args) => transaction(this.#execution, name, body, args);
  }

  get sleep(): Context['sleep'] {
    return (ms) => sleep(this.#execution, ms);
  }

  get now(): Context['now'] {
    return () => drawn(this.#execution, 'now', () => this.#execution.executor.clock.nowMs);
  }

  get random(): Context['random'] {
    return () => drawn(this.#execution, 'random', (draw) => draw.unit());
  }

  get uuid(): Context['uuid'] {
    return () => drawn(this.#execution, 'uuid', uuid);
  }

  get start(): Context['start'] {
    return (workflow, input, options = {}) => start(this.#execution, workflow, input, options.id);
  }

  get send(): Context['send'] {
    const { journal } = this.#execution.host;
    return (to, message, topic = '', key) =>
      effect(this.#execution, 'send', [to, message, topic], () => journal.send(to, topic, encode(message), key));
  }

  get recv(): Context['recv'] {
    return (topic = '', timeoutMs = TIMEOUT_MS) => recv(this.#execution, topic, timeoutMs);
  }

  get setEvent(): Context['setEvent'] {
    const { host, workflow } = this.#execution;
    return (key, value) =>
      effect(this.#execution, 'setEvent', [key, value], () => host.journal.setEvent(workflow, key, encode(value)));
  }

  get getEvent(): Context['getEvent'] {
    return (workflow, key, timeoutMs = TIMEOUT_MS) => getEvent(this.#execution, workflow, key, timeoutMs);
  }
}

const TIMEOUT_MS = 60_000;
