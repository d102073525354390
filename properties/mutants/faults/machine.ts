/** Faults of the room called machine. */
export const MACHINE: readonly (readonly [file: string, faults: string])[] = [];
