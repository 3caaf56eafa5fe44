// Stands where a service would, and does nothing: the bench plays its part.
process.send?.({ type: "ready", url: "http://127.0.0.1:0" });
const stop = (): void => process.disconnect?.();
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
