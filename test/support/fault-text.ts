/** Code, message and remedy of what went wrong, in one line; "none" when nothing did. */
export async function faultText(work: Promise<unknown>): Promise<string> {
  const fault = await work.then(
    () => undefined,
    (caught: unknown) => caught as { code: string; message: string; remedy: string },
  );
  return fault === undefined ? "none" : `${fault.code}: ${fault.message}. ${fault.remedy}`;
}
