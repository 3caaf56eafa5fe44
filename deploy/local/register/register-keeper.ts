import { callApi } from "#http";
import { type Clock, PROCESS_LIMITS } from "#runtime";
import type { VerifiedRegister } from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { layNext } from "./lay-next.ts";
import { countdown, freshenHere, isDue } from "./sign-here.ts";

/** What a keeper works with. */
export interface RegisterKeeperDeps {
  readonly paths: ExchangePaths;
  /** Token of a user of the gateway who may publish; secret. */
  readonly token: string;
  /** Whether root keys of the folder may be used. */
  readonly mayRenew: boolean;
  readonly say: (text: string) => void;
  readonly clock: Clock;
}

/**
 * Signs what falls due while an exchange runs, with the keys that lie in its folder, and publishes
 * it at the gateway (TP-REG-15): the word that a version is the newest, and the next version.
 */
export class RegisterKeeper {
  readonly #deps: RegisterKeeperDeps;
  #lookAtMs = 0;
  #said = 0n;

  constructor(deps: RegisterKeeperDeps) {
    this.#deps = deps;
  }

  /** Looks at the version in force, every registerKeepMs. Throws what publishing does. */
  async keep(inForce: VerifiedRegister, gatewayUrl: string): Promise<void> {
    const { clock, mayRenew, paths, say } = this.#deps;
    const nowMs = clock.now();
    if (nowMs < this.#lookAtMs) return;
    this.#lookAtMs = nowMs + PROCESS_LIMITS.registerKeepMs;
    const due = isDue(inForce.view, nowMs);
    const next = due ? await layNext({ mayRenew, nowMs, paths }, inForce, "in force") : undefined;
    if (next !== undefined) {
      await this.#publish(next.bytes, gatewayUrl);
      say(next.said);
      return;
    }
    const { version } = inForce.view;
    if (due && this.#said !== version) {
      say(countdown(inForce, nowMs));
      this.#said = version;
    }
    const word = await freshenHere(paths, inForce, nowMs);
    if (word !== undefined) await this.#publish(word, gatewayUrl);
  }

  async #publish(register: Uint8Array, url: string): Promise<void> {
    const body = { register: Buffer.from(register).toString("base64") };
    const call = { method: "POST", path: "/v1/register", body } as const;
    const timeoutMs = PROCESS_LIMITS.reportMs;
    await callApi({ url, token: this.#deps.token }, { ...call, timeoutMs });
  }
}
