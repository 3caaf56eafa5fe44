import { TracepostError } from "#errors";
import { fetchRegisterFrom } from "#participant";
import { type Clock, PROCESS_LIMITS } from "#runtime";
import { openOrThrow, RegisterClient, type VerifiedRegister } from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { rootKeysOf } from "./folder-registers.ts";

/** What a follower works with. */
export interface RegisterFollowerDeps {
  readonly paths: ExchangePaths;
  /** Door of the gateway; "" while it is not open. */
  readonly gatewayUrl: () => string;
  /** Told at each look what is in force there; one after the other. */
  readonly followers: readonly ((inForce: VerifiedRegister, gatewayUrl: string) => Promise<void>)[];
  readonly say: (text: string) => void;
  readonly clock: Clock;
}

/**
 * Follows the register in force at a gateway (TP-RUN-11): judges each version as a participant
 * does, and has others follow it. What fails is tried again at the next look.
 */
export class RegisterFollower {
  readonly #deps: RegisterFollowerDeps;
  #client: RegisterClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;
  #said = "";

  constructor(deps: RegisterFollowerDeps) {
    this.#deps = deps;
  }

  /** Looks now, and again every PROCESS_LIMITS.registerLookMs. */
  start(): void {
    if (this.#stopped) return;
    this.#round = this.#look()
      .then(() => {
        this.#said = "";
      })
      .catch((caught: unknown) => this.#complain(TracepostError.from(caught)))
      .finally(() => {
        if (this.#stopped) return;
        this.#timer = setTimeout(() => this.start(), PROCESS_LIMITS.registerLookMs);
      });
  }

  /** Ends what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #look(): Promise<void> {
    const { followers, gatewayUrl } = this.#deps;
    const url = gatewayUrl();
    if (url === "") return;
    const inForce = await this.#newest(url);
    for (const follow of followers) {
      if (!this.#stopped) await follow(inForce, url);
    }
  }

  /** The version in force there, as far as it follows the one before. */
  async #newest(url: string): Promise<VerifiedRegister> {
    const { clock, paths } = this.#deps;
    const client = this.#client;
    const bytes = await fetchRegisterFrom(url)(client);
    if (bytes === undefined) throw new TracepostError("UNAVAILABLE", `${url} does not answer`);
    if (client === undefined) {
      const roots = await rootKeysOf(paths);
      const first = openOrThrow(bytes, url, roots);
      this.#client = new RegisterClient(roots, first, clock);
      return first;
    }
    const verdict = client.judge(bytes);
    if (verdict.outcome === "refused") {
      const { detail, field } = verdict.refusal;
      throw new TracepostError(
        "VERIFICATION",
        `${url} hands out a register whose ${field} ${detail}`,
      );
    }
    if (verdict.outcome !== "known") client.putInForce(verdict.register);
    return client.inForce;
  }

  /** Says what is wrong, once until it is right again. */
  #complain({ message, problems }: TracepostError): void {
    const why = [message, ...problems].join("; ");
    if (this.#said !== why) this.#deps.say(`The register is not followed: ${why}`);
    this.#said = why;
  }
}
