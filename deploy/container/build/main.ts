import { fileURLToPath } from "node:url";
import { TracepostError } from "#errors";
import { faultLines } from "#runtime";
import { buildImages } from "./build-images.ts";
import { readImageNames } from "./image-names.ts";

/**
 * `npm run image`: builds the image of the product and, where the environment names none, the base
 * image and one of a nats-server. `npm run image -- --fresh-base` takes the newest packages.
 */
async function main(args: readonly string[]): Promise<void> {
  const unknown = args.filter((arg) => arg !== "--fresh-base");
  if (unknown.length > 0) {
    throw new TracepostError("USAGE", `not understood: ${unknown.join(" ")}`, {
      remedy: "npm run image [-- --fresh-base]",
    });
  }
  const names = readImageNames(process.env);
  await buildImages({
    checkout: fileURLToPath(new URL("../../..", import.meta.url)),
    names,
    freshBase: args.includes("--fresh-base"),
    onProgress: (text) => process.stderr.write(`${text} …\n`),
  });
  process.stdout.write(`Built ${names.product} on ${names.base}; nats-server: ${names.nats}\n`);
}

main(process.argv.slice(2)).catch((caught: unknown) => {
  const fault = TracepostError.from(caught);
  process.stderr.write(`${faultLines(fault).join("\n")}\n`);
  process.exitCode = fault.exitCode;
});
