/**
 * The tables of workflows while a history is read. A workflow may begin again: rewound, it keeps what was recorded below a
 * cut; deleted, it leaves its id to another; a fork begins with the records of its original. What it did before must not be
 * held against what it does then.
 */
import type { EventOf } from './history.ts';
import type { Workflow } from './observe.ts';

/** The tables of workflows, by id. */
export class Lives {
  /** As the workflows began. */
  readonly first: Map<string, Workflow> = new Map();
  #later: Map<string, Workflow> | null = null;

  /** The table of a workflow, as it goes on now. */
  of(id: string): Workflow {
    let table = this.#later?.get(id) ?? this.first.get(id);
    if (table === undefined) this.first.set(id, (table = { created: null, attempts: [], records: [] }));
    return table;
  }

  /** A workflow begins, with what is on record already. */
  begin({ workflow, from, position }: EventOf<'workflow.begins'>): void {
    const { created, attempts } = this.of(workflow);
    const records = from === null ? [] : this.of(from).records.slice(0, position);
    const table: Workflow = { created, attempts: [], records };
    if (created === null && attempts.length === 0) this.first.set(workflow, table);
    else (this.#later ??= new Map()).set(workflow, table);
  }
}
