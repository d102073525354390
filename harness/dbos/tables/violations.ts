/**
 * What PostgreSQL says when a constraint of the system database is broken, or a statement cannot be read. The SDK passes
 * it on to its caller as it is. Source: PostgreSQL's error codes, appendix A; DBOS SDK 5.3.0, `migrations.js`.
 */

/** An error with the code, message and place that PostgreSQL's own would have. */
function violation(code: string, message: string, place: object = {}): Error {
  return Object.assign(new Error(message), { name: 'error', severity: 'ERROR', code, ...place });
}

/** A row of `table` would belong to no workflow (code 23503). */
export const orphan = (table: string, constraint: string): Error =>
  violation('23503', `insert or update on table "${table}" violates foreign key constraint "${constraint}"`, {
    table,
    constraint,
  });

/** A row of `table` would have the key of another (code 23505). */
export const duplicate = (table: string, constraint: string): Error =>
  violation('23505', `duplicate key value violates unique constraint "${constraint}"`, { table, constraint });

/** A list of values is empty, which SQL does not allow (code 42601). */
export const emptyList = (): Error => violation('42601', 'syntax error at or near ")"');
