/**
 * What a simulated test does when `npx reprise confirm` has started it. Loaded by that order alone: the real database is
 * nobody else's business.
 */
import { confirm } from '../dbos/real/confirm.ts';
import { confirmationReport } from '../dbos/real/report.ts';
import type { Order } from './command.ts';
import { tell } from './order.ts';
import type { Trial } from './trial.ts';

/** Makes the run of the script on the real database and tells what came of it. Rejects as `confirm` does. */
export async function confirming(order: Order & { readonly do: 'confirm' }, { test, scenario }: Trial): Promise<void> {
  const { script, postgres } = order;
  const confirmation = await confirm(scenario, script, postgres === null ? {} : { postgres });
  const told = { text: confirmationReport(confirmation), json: JSON.stringify(confirmation, null, 2) };
  tell(order, { is: 'confirmed', test, confirmed: confirmation.confirmed, told });
}
