/**
 * The dbos engine: runs workflows of the real, unmodified DBOS SDK on the machine. The SDK's decorators, registration,
 * executor, retries, queue runner, serializer and errors are its own; only its database and its clock are ours.
 */
import { Apps } from './cold/apps.ts';
import { idiomOf } from './idiom.ts';
import { listeners } from './lineage.ts';
import type { Backing, DbosEngine } from './backing.ts';
import { findSdk } from './sdk.ts';
import { shortCuts } from './serializer.ts';
import { DbosSession } from './session.ts';
import { takeoverOf } from './takeover.ts';

/** What the engine may be told. */
export interface DbosOptions<App = void> {
  /**
   * Imports the modules of the application. Every simulated process does so for itself, afresh: variables of modules that
   * only `app` imports die in a crash, as they should. Modules that the test has imported are shared by all processes, and
   * survive: its fakes of the outside world. Without it, so are all modules.
   */
  readonly app?: () => App | Promise<App>;
  /** The folder whose files import the SDK. Default: the current one. */
  readonly root?: string;
  /** The version under which workflows run. Default `v1`; a version computed from sources would differ between builds. */
  readonly applicationVersion?: string;
}

/** Gives the SDK that files in `root` import back as it was before it was simulated. The next run takes it over again. */
export function restore(root: string = process.cwd()): void {
  takeoverOf(findSdk(root)).restore();
}

/**
 * An engine that runs the user's own copy of `@dbos-inc/dbos-sdk`. `start` is given what `app` gives. Throws if there is no
 * such copy, or none that is supported.
 */
export function dbos<App = void>(options: DbosOptions<App> = {}): DbosEngine<App> {
  const { root = process.cwd(), applicationVersion = 'v1', app } = options;
  const sdk = findSdk(root);
  const takeover = takeoverOf(sdk);
  const apps = app === undefined ? null : new Apps(sdk, takeover, app);
  const over = (backing: Backing | null): DbosEngine<App> => ({
    ...{ name: 'dbos', idiom: idiomOf(sdk.version), sdk, applicationVersion, over },
    prepare: (limits) => {
      takeover.install((theirs) => [...listeners(theirs, takeover), ...shortCuts(theirs)]);
      return apps?.prepare(limits) ?? null;
    },
    begin: (machine) => new DbosSession(machine, { sdk, takeover, applicationVersion, apps, backing }),
  });
  return over(null);
}
