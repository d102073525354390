/** The world outside: what the tests import themselves, and all processes share. */
export const world = { loaded: 0 };
