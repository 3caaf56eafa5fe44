// Stands where a service would, and does nothing: the bench plays its part.
process.send?.({ type: "ready", url: "http://127.0.0.1:0" });
const stop = (): void => {
  if (process.connected) process.disconnect();
};
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
// A listener keeps the channel to the supervisor, and so this process, alive.
process.once("disconnect", () => process.exit());
