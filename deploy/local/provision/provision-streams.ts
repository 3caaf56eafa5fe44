import { connectStreamAdmin, type StreamAdmin } from "#bus";
import { TracepostError } from "#errors";
import { Semaphore } from "#runtime";
import { operatorTls } from "../certificates/certificate-files.ts";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { isRecentEnough, NATS_SERVER_VERSION_MIN } from "../nats-server/server-version.ts";
import { CORE_ACCOUNT } from "./authority.ts";
import { credentialsFile } from "./authority-files.ts";
import { INBOX_PREFIXES } from "./permissions.ts";
import { inboxStream, type LaneStream, outboxStream } from "./topology.ts";

/** Accounts provisioned at the same time. */
const ACCOUNTS_AT_ONCE = 8;

/** Which streams, where. */
export interface ProvisionOptions {
  readonly paths: ExchangePaths;
  readonly natsUrl: string;
  readonly participants: readonly string[];
  readonly streamBytes: number;
}

/**
 * Creates what is missing among streams and consumers, and brings the rest to the settings of this
 * version (TP-NATS-10 to 12). May be run any number of times. Throws TracepostError TRANSPORT when
 * the server is too old, refuses, or does other than requested.
 */
export async function provisionStreams(options: ProvisionOptions): Promise<void> {
  const { participants, streamBytes } = options;
  await withProvisioner(options, CORE_ACCOUNT, async (admin) => {
    refuseOldServer(admin.serverVersion);
    await ensureAll(
      admin,
      participants.map((id) => outboxStream(id, streamBytes)),
    );
  });
  const permits = new Semaphore(ACCOUNTS_AT_ONCE);
  await Promise.all(
    participants.map((id) =>
      permits.run(() =>
        withProvisioner(options, id, (admin) => ensureAll(admin, [inboxStream(id, streamBytes)])),
      ),
    ),
  );
}

/**
 * The same for participants who come while the server runs: of each its inbox, then its outbox, so
 * that with the outbox all of it is there (TP-RUN-8). `onMade` is told of each.
 */
export async function provisionMembers(
  options: ProvisionOptions,
  onMade: (participant: string) => void,
): Promise<void> {
  const { participants, streamBytes } = options;
  const permits = new Semaphore(ACCOUNTS_AT_ONCE);
  await withProvisioner(options, CORE_ACCOUNT, async (core) => {
    const begun = participants.map((id) =>
      permits.run(async () => {
        await withProvisioner(options, id, (own) => ensureAll(own, [inboxStream(id, streamBytes)]));
        await ensureAll(core, [outboxStream(id, streamBytes)]);
        onMade(id);
      }),
    );
    // Whoever is under way comes to an end before the connection is let go.
    await Promise.allSettled(begun);
    await Promise.all(begun);
  });
}

/** Runs some work with the provisioner's credentials of one account. */
export async function withProvisioner<T>(
  options: { readonly paths: ExchangePaths; readonly natsUrl: string },
  account: string,
  work: (admin: StreamAdmin) => Promise<T>,
): Promise<T> {
  const admin = await connectStreamAdmin({
    servers: options.natsUrl,
    ...operatorTls(options.paths, options.natsUrl),
    credsFile: credentialsFile(options.paths, account, "provisioner"),
    name: `provisioner.${account}`,
    inboxPrefix: INBOX_PREFIXES.provisioner,
  });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

async function ensureAll(admin: StreamAdmin, laneStreams: readonly LaneStream[]): Promise<void> {
  for (const { stream, consumers } of laneStreams) {
    await admin.ensureStream(stream);
    for (const consumer of consumers) await admin.ensureConsumer(stream.name, consumer);
  }
}

function refuseOldServer(version: string): void {
  if (isRecentEnough(version)) return;
  throw new TracepostError("TRANSPORT", `nats-server ${version} is too old`, {
    remedy: `Use nats-server ${NATS_SERVER_VERSION_MIN} or later.`,
  });
}
