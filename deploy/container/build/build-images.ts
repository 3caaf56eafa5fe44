import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readLocalEnvironment } from "../../local/environment.ts";
import { findNatsServer } from "../../local/nats-server/find-nats-server.ts";
import { makeBaseImage } from "./base-image.ts";
import { buildImage, hasImage, requireEngine } from "./docker.ts";
import type { ImageNames } from "./image-names.ts";
import { layOutProduct } from "./product-tree.ts";

/** What is built, and who is told about it. */
export interface BuildOptions {
  /** Folder of the checkout. */
  readonly checkout: string;
  readonly names: ImageNames;
  /** Makes the base anew although there is one, with the newest packages. */
  readonly freshBase: boolean;
  readonly onProgress: (text: string) => void;
}

/**
 * Builds the image of the product, and where the environment names none also the base it stands on
 * and one of a nats-server (TP-CON-12). Throws TracepostError MISSING_DEPENDENCY or UNAVAILABLE.
 */
export async function buildImages(options: BuildOptions): Promise<void> {
  const { checkout, names, onProgress } = options;
  const { base } = names;
  await requireEngine();
  if (!names.given.base && (options.freshBase || !(await hasImage(base)))) {
    onProgress(`making ${base} from Debian's packages`);
    await makeBaseImage(base);
  }
  onProgress(`building ${names.product}`);
  await buildProduct(checkout, names);
  if (names.given.nats) return;
  onProgress(`building ${names.nats}`);
  await buildNats(checkout, names, onProgress);
}

async function buildProduct(checkout: string, { base, product }: ImageNames): Promise<void> {
  await layOutProduct(checkout, join(checkout, ".cache", "image"));
  const { version } = JSON.parse(await readFile(join(checkout, "package.json"), "utf8"));
  await buildImage({
    context: checkout,
    dockerfile: join(checkout, "deploy", "container", "Dockerfile"),
    name: product,
    base,
    labels: { "org.opencontainers.image.version": String(version) },
  });
}

async function buildNats(
  checkout: string,
  { base, nats }: ImageNames,
  onProgress: (text: string) => void,
): Promise<void> {
  const { cacheDir, natsServer, searchPath } = readLocalEnvironment();
  const server = await findNatsServer({ cacheDir, searchPath, wanted: natsServer, onProgress });
  const context = join(checkout, ".cache", "nats-image");
  await mkdir(context, { recursive: true });
  await copyFile(server.path, join(context, "nats-server"));
  await buildImage({
    context,
    dockerfile: join(checkout, "deploy", "container", "nats.Dockerfile"),
    name: nats,
    base,
    labels: { "org.opencontainers.image.version": server.version },
  });
}
