import type { SqlRow, Transaction } from "#runtime";

/** An instance, and how often it has said that it lives. */
export interface Beat {
  readonly run: string;
  readonly beat: number;
}

/** What is in the store, as far as every instance follows it (TP-INST-5). */
export interface StoreStand {
  /** Newest versions of what decides, 0 for none. */
  readonly register: number;
  readonly policy: number;
  readonly schedule: number;
  /** Sizes of the newest kept and the newest cosigned checkpoint, 0 for none. */
  readonly kept: number;
  readonly cosigned: number;
}

/** What an instance sees when it says that it lives. */
export interface Surroundings extends StoreStand {
  /** Who is on duty; empty: nobody. */
  readonly holder: string;
  readonly instances: readonly Beat[];
}

/** Newest versions of what decides. */
const NEWEST_SQL = `SELECT
  coalesce((SELECT max(version) FROM registers), 0) AS register,
  coalesce((SELECT max(version) FROM policies), 0) AS policy,
  coalesce((SELECT max(version) FROM schedules), 0) AS schedule`;

const STAND_SQL = `${NEWEST_SQL},
  coalesce((SELECT max(checkpoint_size) FROM log_head), 0) AS kept,
  coalesce((SELECT max(size) FROM log_cosigned), 0) AS cosigned`;

const NOTHING: StoreStand = { register: 0, policy: 0, schedule: 0, kept: 0, cosigned: 0 };

/**
 * One sign of life. `silent` are instances that gave none for long enough: who of them has still
 * given none is taken out, and the duty that one had, or nobody has, goes to who asks (TP-INST-3).
 */
export async function beat(
  tx: Transaction,
  args: { readonly run: string; readonly silent: readonly Beat[] },
): Promise<Surroundings> {
  const { run, silent } = args;
  for (const gone of silent) {
    const sql = "DELETE FROM gateway_instance WHERE run = ? AND beat = ? AND run <> ?";
    await tx.run(sql, gone.run, gone.beat, run);
  }
  await tx.run(
    `INSERT INTO gateway_instance (run, beat) VALUES (?, 1)
     ON CONFLICT (run) DO UPDATE SET beat = gateway_instance.beat + 1`,
    run,
  );
  await tx.run(
    "UPDATE gateway_duty SET holder = ? WHERE holder NOT IN (SELECT run FROM gateway_instance)",
    run,
  );
  const duty = await tx.get<{ holder: string }>("SELECT holder FROM gateway_duty");
  const instances = await tx.all<SqlRow & Beat>(
    "SELECT run, beat FROM gateway_instance ORDER BY run LIMIT 1000",
  );
  const stand = (await tx.get<SqlRow & StoreStand>(STAND_SQL)) ?? NOTHING;
  return { ...stand, holder: duty?.holder ?? "", instances };
}

/** An instance that ends says so: nobody waits for its next sign of life. */
export async function leave(tx: Transaction, args: { readonly run: string }): Promise<void> {
  await tx.run("DELETE FROM gateway_instance WHERE run = ?", args.run);
  await tx.run("UPDATE gateway_duty SET holder = '' WHERE holder = ?", args.run);
}

/** Versions something was decided under. */
export interface DecidedUnder {
  readonly registerVersion: number;
  readonly policyVersion?: number;
  readonly scheduleVersion?: number;
}

/**
 * Whether a later register, policy or schedule is in the store than something was decided under:
 * another instance has taken it meanwhile, and what was decided is to be decided anew (TP-INST-2).
 */
export async function isOutdated(tx: Transaction, under: DecidedUnder): Promise<boolean> {
  const newest = await tx.get<SqlRow & Pick<StoreStand, "policy" | "register" | "schedule">>(
    NEWEST_SQL,
  );
  if (newest === undefined) return false;
  const { policyVersion = newest.policy, scheduleVersion = newest.schedule } = under;
  return (
    newest.register > under.registerVersion ||
    newest.policy > policyVersion ||
    newest.schedule > scheduleVersion
  );
}
