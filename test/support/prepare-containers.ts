import { randomBytes } from "node:crypto";
import { getContainerRuntimeClient } from "testcontainers";
import type { TestProject } from "vitest/node";
import { TracepostError } from "#errors";
import { buildImages } from "../../deploy/container/build/build-images.ts";
import { readImageNames } from "../../deploy/container/build/image-names.ts";
import { findCompose } from "./compose.ts";
import { removeLabelled, TEST_LABEL } from "./container-cleanup.ts";
import { REPOSITORY } from "./source-files.ts";

/** What the container tests are given. */
export interface ContainerSetup {
  /** Why they cannot run; "" when they can. */
  readonly missing: string;
  readonly product: string;
  readonly nats: string;
  /** How compose is called; undefined when it is not installed. */
  readonly compose: readonly [string, ...string[]] | undefined;
  /** Value of the label that everything of this run carries. */
  readonly run: string;
}

declare module "vitest" {
  interface ProvidedContext {
    containers: ContainerSetup;
  }
}

let run = "";

/**
 * Before the container tests (TP-CON-13): looks for an engine and builds the images that the
 * environment does not name, the base too (TP-CON-12), so that what is tested is this checkout. The
 * reaper of testcontainers is an image of its own that cannot be pulled everywhere: unless the
 * environment wants it, what tests have left is removed here.
 */
export async function setup(project: TestProject): Promise<void> {
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= "true";
  run = randomBytes(6).toString("hex");
  const names = readImageNames(process.env);
  const missing = await whatIsMissing();
  const { product, nats } = names;
  project.provide("containers", { missing, product, nats, compose: await findCompose(), run });
}

/** Removes what a test that was ended has left. */
export async function teardown(): Promise<void> {
  const client = await getContainerRuntimeClient().catch(() => undefined);
  if (client === undefined) return;
  await removeLabelled(`${TEST_LABEL}=${run}`);
  await removeLabelled(`com.docker.compose.project=tracepost-test-${run}`);
}

async function whatIsMissing(): Promise<string> {
  try {
    await getContainerRuntimeClient();
  } catch {
    return "no Docker engine answers";
  }
  const names = readImageNames(process.env);
  if (names.given.product) return "";
  try {
    const onProgress = (text: string): void => void process.stdout.write(`${text} …\n`);
    await buildImages({ checkout: REPOSITORY, names, freshBase: false, onProgress });
    return "";
  } catch (caught) {
    const fault = TracepostError.from(caught);
    if (fault.code !== "MISSING_DEPENDENCY") throw caught;
    return [fault.message, ...fault.problems].join("; ");
  }
}
