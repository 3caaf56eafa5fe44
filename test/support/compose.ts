import { execFile } from "node:child_process";
import { chown } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Output of a compose command; it says a line for each container. */
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;
/** The user of our image. */
const IMAGE_USER = 65_532;

/** How compose is called on this machine: the plugin of Docker, or the program of its own. */
export async function findCompose(): Promise<readonly [string, ...string[]] | undefined> {
  for (const command of [["docker", "compose"], ["docker-compose"]] as const) {
    const [program, ...args] = command;
    const found = await run(program, [...args, "version"]).then(
      () => true,
      () => false,
    );
    if (found) return command;
  }
  return undefined;
}

/** A compose project. */
export interface ComposeProject {
  readonly command: readonly [string, ...string[]];
  /** Folder of the compose file. */
  readonly cwd: string;
  readonly file: string;
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a compose command to its end; returns what it said. Throws when it fails. */
export async function compose(project: ComposeProject, ...args: string[]): Promise<string> {
  const [program, ...first] = project.command;
  const options = ["--file", project.file, "--project-name", project.name];
  const { stdout } = await run(program, [...first, ...options, ...args], {
    cwd: project.cwd,
    env: { ...process.env, ...project.env },
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  return stdout;
}

/**
 * Who containers of tests run as: the image's user where tests may give files away; otherwise
 * whoever runs them.
 */
export function containerUser(): readonly [uid: number, gid: number] {
  const uid = process.getuid?.() ?? IMAGE_USER;
  return uid === 0 ? [IMAGE_USER, IMAGE_USER] : [uid, process.getgid?.() ?? IMAGE_USER];
}

/** Gives a file or folder to that user. */
export async function giveToContainer(path: string): Promise<void> {
  await chown(path, ...containerUser());
}
