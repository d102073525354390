/** Faults of what stands in for the process: time, timers, randomness, and the settling of promises. */
export const SURROUNDINGS: readonly (readonly [file: string, faults: string])[] = [
  [
    'clock.ts',
    `
    a process that is dropped leaves its timers behind
    - this.#fake.reset();
    +

    time may go back
    - if (!(nowMs > this.#nowMs)) return;
    +

    a timer that was cleared rings all the same
    - if (!(alarm instanceof Timer && alarm.isOn(this.#fake) && alarm.pending)) return;
    + if (!(alarm instanceof Timer)) return;

    a timer forgets who set it
    - this.runInAsyncScope(this.#spec.callback, this, ...this.#spec.args);
    + this.#spec.callback(...this.#spec.args);
    `,
  ],
  [
    'settle.ts',
    `
    promises are left half settled
    - tickCallback?.();
    +

    rejections nobody hears are lost
    - ['unhandledRejection', (error) => onStray({ kind: 'unhandledRejection', error })],
    + ['unhandledRejection', () => undefined],

    the listeners of the process are not given back
    - restoreListeners();
    +

    the event loop is never given back
    - if (native.nowMs() >= sliceEndMs) return end(again);
    + if (native.nowMs() < 0) return end(again);

    a run may be started from inside a run
    - if (driving) return Promise.reject(new Error(NESTED));
    +
    `,
  ],
  [
    'globals.ts',
    `
    Math.random is not simulated
    - overRead(Math, 'random', simulated.readRandom),
    +

    who was simulated last is simulated for ever
    - shared.current = current;
    + let last: Ambient | null = null; shared.current = () => (last = current() ?? last);

    timers that simulated code clears go on
    - if (ambient !== null) ambient.clock.clear(handle);
    + if (ambient !== null) return;

    timers of timers/promises are not simulated
    - over(timersPromises, 'setTimeout', sleep),
    +
    `,
  ],
  [
    'ambient.ts',
    `
    reading the clock is not noted
    - ambient.read(what, nowMs);
    +

    random ids are not noted
    - ambient.read('crypto.randomUUID', uuid);
    +

    random bytes are all alike
    - bytes.writeUIntBE(Math.floor(ambient.random() * 256 ** width), at, width);
    + bytes.writeUIntBE(0, at, width);

    an aborted sleep sleeps on
    - else signal?.addEventListener('abort', abort, { once: true });
    +
    `,
  ],
];
