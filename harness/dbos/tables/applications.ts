/**
 * Which application a row belongs to. A system database can serve several; a simulation has one, and rows that are named
 * for another are left alone. Source: DBOS SDK 5.3.0, `system_database.js` 711.
 */
/** The application that is simulated. */
export const APPLICATION = 'simulated';

/** Whether a row is for this application to take: its own, or nobody's. */
export const isOurs = ({ applicationName }: { readonly applicationName?: string | undefined }): boolean =>
  applicationName == null || applicationName === APPLICATION;

/** Whether a row is among those asked for; rows of nobody always are. Nothing asked for: all of them. */
export function isOf(
  { applicationName }: { readonly applicationName?: string | undefined },
  asked: string | readonly string[] | undefined,
): boolean {
  const names = asked ? [asked].flat() : [];
  return names.length === 0 || applicationName == null || names.includes(applicationName);
}
