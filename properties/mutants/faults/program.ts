/** Faults of the room called program. */
export const PROGRAM: readonly (readonly [file: string, faults: string])[] = [];
