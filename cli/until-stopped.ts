/** Waits until this process is told to end (SIGTERM, Ctrl-C). */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((done) => {
    process.once("SIGTERM", () => done());
    process.once("SIGINT", () => done());
  });
}
