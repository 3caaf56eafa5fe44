import { TracepostError } from "#errors";
import { TRUST_LIMITS, type Transaction } from "#runtime";
import { openRegisterOf, type RegisterView } from "#trust";

/** The store of a gateway, read as it stands at one moment. */
interface RecordsReader {
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/**
 * The versions of the register that a gateway has kept, each verified and opened when a decision
 * under it is looked at. As many stay open as a running process keeps.
 */
export class KeptRegisters {
  readonly #reader: RecordsReader;
  readonly #rootPublicKeyFiles: readonly string[];
  readonly #open = new Map<number, RegisterView | undefined>();

  constructor(reader: RecordsReader, rootPublicKeyFiles: readonly string[]) {
    this.#reader = reader;
    this.#rootPublicKeyFiles = rootPublicKeyFiles;
  }

  /** One version; undefined when it is not kept, or the root keys here did not sign it. */
  async load(version: number): Promise<RegisterView | undefined> {
    if (this.#open.has(version)) return this.#open.get(version);
    const view = await this.#read(version);
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= TRUST_LIMITS.registerVersionsKept) {
      this.#open.delete(oldest);
    }
    this.#open.set(version, view);
    return view;
  }

  /** A version that was loaded before and is still open. */
  at(version: bigint): RegisterView | undefined {
    return this.#open.get(Number(version));
  }

  async #read(version: number): Promise<RegisterView | undefined> {
    const row = await this.#reader.read((tx) =>
      tx.get<{ register: Uint8Array }>("SELECT register FROM registers WHERE version = ?", version),
    );
    if (row === undefined) return undefined;
    try {
      const name = `register version ${version} of the gateway`;
      return await openRegisterOf(row.register, name, this.#rootPublicKeyFiles);
    } catch (caught) {
      if (TracepostError.from(caught).code === "VERIFICATION") return undefined;
      throw caught;
    }
  }
}
