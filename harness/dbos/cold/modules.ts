/**
 * Evaluating the modules of an application anew: as often as one asks, with variables of their own each time.
 *
 * What is evaluated anew is what only the application imports. What was imported before (by the test: its fakes of the
 * outside world, the SDK) is shared, as the outside world is shared by all processes of a system.
 */

/** A way to evaluate modules anew. */
export interface Modules {
  /**
   * Runs `app`, with every module that only applications import as if it had never been imported. One at a time. Resolves
   * to what it gave and to how many modules were evaluated; rejects with what it threw.
   */
  anew<App>(app: () => App | Promise<App>): Promise<{ readonly result: App; readonly evaluated: number }>;
}
