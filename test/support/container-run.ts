import { PassThrough } from "node:stream";
import { getContainerRuntimeClient } from "testcontainers";
import { inject } from "vitest";
import { containerUser } from "./compose.ts";
import { TEST_LABEL } from "./container-cleanup.ts";

/** How a container is run to its end. */
export interface ContainerRun {
  readonly image: string;
  readonly command: readonly string[];
  /** Default: that of the image. */
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** `host:container[:ro]`. */
  readonly binds?: readonly string[];
}

/** What it said and how it ended. */
export interface ContainerEnd {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A container that runs. */
export interface StartedContainer {
  /** Resolves when it has ended; it is then removed. */
  readonly ended: Promise<ContainerEnd>;
  /** Sends a signal to its first process. Does nothing once it has ended. */
  signal(name: NodeJS.Signals): Promise<void>;
}

/** Runs a container to its end; see {@link startContainer}. */
export async function runContainer(options: ContainerRun): Promise<ContainerEnd> {
  return await (await startContainer(options)).ended;
}

/**
 * Starts a container as the compose file does: read-only, no capability, no new privileges. It
 * reaches no network.
 */
export async function startContainer(options: ContainerRun): Promise<StartedContainer> {
  const { binds = [], command, entrypoint, env = {}, image } = options;
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const container = await dockerode.createContainer({
    Image: image,
    Cmd: [...command],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: { [TEST_LABEL]: inject("containers").run },
    User: containerUser().join(":"),
    HostConfig: {
      Binds: [...binds],
      CapDrop: ["ALL"],
      NetworkMode: "none",
      ReadonlyRootfs: true,
      SecurityOpt: ["no-new-privileges"],
      Tmpfs: { "/tmp": "size=16m,mode=1777" },
    },
    ...(entrypoint === undefined ? {} : { Entrypoint: [...entrypoint] }),
  });
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const [out, err] = [new PassThrough(), new PassThrough()];
  container.modem.demuxStream(stream, out, err);
  stream.on("end", () => [out, err].map((one) => one.end()));
  const texts = Promise.all([textOf(out), textOf(err)]);
  const start: Promise<unknown> = container.start();
  await start;
  const end = async (): Promise<ContainerEnd> => {
    try {
      const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
      const [outText, errText] = await texts;
      return { code, out: outText, err: errText };
    } finally {
      const removed: Promise<unknown> = container.remove({ force: true });
      await removed;
    }
  };
  return {
    ended: end(),
    signal: async (name) => {
      const sent: Promise<unknown> = container.kill({ signal: name });
      await sent.catch(() => undefined);
    },
  };
}

async function textOf(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
