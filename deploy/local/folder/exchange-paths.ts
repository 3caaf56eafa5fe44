import { join } from "node:path";

/** Paths of one participant's part of a data folder. */
export interface ParticipantPaths {
  readonly dir: string;
  readonly config: string;
  readonly keysDir: string;
  readonly headerKey: string;
  readonly sealingKey: string;
  readonly natsCreds: string;
  /** Token of the user `installation` of its service. */
  readonly apiToken: string;
  /** Tokens of other users that were saved here. */
  readonly tokensDir: string;
  readonly register: string;
  readonly rootPublicKey: string;
  readonly rootPublicKeys: readonly string[];
  /** Signs its statements about its own keys, nothing else. */
  readonly identityKey: string;
  /** Import files of the firearm register. */
  readonly registerFilesDir: string;
  readonly tls: TlsPaths;
}

/** Certificates of one process: how it logs in, how it answers, whom it believes. */
export interface TlsPaths {
  readonly dir: string;
  readonly authorities: string;
  /** Certificate and key in one file, so that both are replaced at once. */
  readonly client: string;
  readonly door: string;
}

function tlsPaths(owner: string): TlsPaths {
  const dir = join(owner, "tls");
  return {
    dir,
    authorities: join(dir, "ca.pem"),
    client: join(dir, "client.pem"),
    door: join(dir, "door.pem"),
  };
}

/** Root keys of an exchange: any two of them sign. */
const ROOT_NUMBERS = [1, 2, 3];

/** Every path of a data folder; nothing else knows where a thing lies. */
export class ExchangePaths {
  /** Absolute path of the folder. */
  readonly dataDir: string;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  /** Says what the folder is; written last, so that a folder with it is complete. */
  get marker(): string {
    return join(this.dataDir, "tracepost.json");
  }

  get exchange() {
    const dir = join(this.dataDir, "exchange");
    return {
      dir,
      participants: join(dir, "participants.yaml"),
      /** What the gateway begins with; what it has taken since lies in its store. */
      register: join(dir, "register.bin"),
      policy: join(dir, "policy.bin"),
      /** Not there before one was published: the default schedule holds. */
      schedule: join(dir, "schedule.bin"),
      /** The version that is published: the next one is drafted from it. */
      bundle: join(dir, "register.bundle"),
      rootDir: join(dir, "root"),
      rootPublicKey: join(dir, "root", "root-1.pub"),
      rootPublicKeys: ROOT_NUMBERS.map((number) => join(dir, "root", `root-${number}.pub`)),
      /** One folder for each holder; where it is meant, each lies elsewhere. */
      rootKeys: ROOT_NUMBERS.map((number) => join(dir, "root", `holder-${number}`, "root.key")),
      freshnessKey: join(dir, "root", "freshness", "freshness.key"),
    };
  }

  /** The authority that issues certificates; absent where everything is on loopback. */
  get tls() {
    const dir = join(this.dataDir, "tls");
    return {
      dir,
      plan: join(dir, "transport.json"),
      /** Certificate of the authority that issues now; with its key, where the key is kept here. */
      authority: join(dir, "authority.pem"),
      /** The one after it, while it is not yet believed by everybody. */
      nextAuthority: join(dir, "authority-next.pem"),
      /** Authorities that are believed: the present one first, former ones behind it. */
      believed: join(dir, "ca.pem"),
    };
  }

  get nats() {
    const dir = join(this.dataDir, "nats");
    return {
      dir,
      serverConfig: join(dir, "server.conf"),
      /** Account tokens as the server holds them; belongs to the server. */
      resolverDir: join(dir, "jwt"),
      /** Account tokens as they were issued; what a fresh server is given. */
      issuedDir: join(dir, "issued"),
      operatorToken: join(dir, "issued", "operator.jwt"),
      storeDir: join(dir, "jetstream"),
      credsDir: join(dir, "creds"),
      keysDir: join(dir, "keys"),
      storagePlan: join(dir, "storage.json"),
      /** Where leafs are waited for; absent where there are none. */
      leafDoor: join(dir, "leaf-door.json"),
      tls: tlsPaths(dir),
    };
  }

  /** Credentials of one of the operator's own users, such as ("CORE", "steward"). */
  operatorCreds(account: string, user: string): string {
    return join(this.nats.credsDir, `${account}.${user}.creds`);
  }

  get gateway() {
    const dir = join(this.dataDir, "gateway");
    return {
      dir,
      config: join(dir, "config.json"),
      /** Records, log, and what the gateway has taken in force, where its store is a file. */
      store: join(dir, "gateway.sqlite"),
      /** Stores of logs that another has succeeded, each in a folder by its number. */
      logsBefore: join(dir, "logs-before"),
      /** Where the store lies, where it is no file; absent otherwise. */
      storeSettings: join(dir, "store.json"),
      keysDir: join(dir, "keys"),
      receiptKey: join(dir, "keys", "receipt.key"),
      checkpointKey: join(dir, "keys", "checkpoint.key"),
      /** Post-quantum, beside the one of checkpoints. */
      logKey: join(dir, "keys", "log-ml-dsa-44.key"),
      apiToken: join(dir, "api.token"),
      tokensDir: join(dir, "tokens"),
      tls: tlsPaths(dir),
    };
  }

  /** Saved token of a user, in the `tokensDir` of a participant or of the gateway. */
  userToken(tokensDir: string, userId: string): string {
    return join(tokensDir, `${userId}.token`);
  }

  /** What the steward knows of its own: apart from what the server holds and may lose. */
  get steward() {
    const dir = join(this.dataDir, "steward");
    return {
      dir,
      /** How far the streams had come. */
      streamsSeen: join(dir, "streams-seen.json"),
      /** What it has seen and the gateway is told of. */
      incidents: join(dir, "incidents.jsonl"),
      /** How the operator's own users log in to NATS, and the steward's door. */
      tls: tlsPaths(dir),
    };
  }

  get run() {
    const dir = join(this.dataDir, "run");
    return {
      dir,
      state: join(dir, "exchange.json"),
      lock: join(dir, "lock"),
      /** Written by the server itself, so that it is known even if nobody lived to note it. */
      natsPid: join(dir, "nats.pid"),
      logsDir: join(dir, "logs"),
      /** Held by whoever has NATS follow the register. */
      reconcileLock: join(dir, "reconcile.lock"),
      /** Version of the register that NATS follows. */
      reconciled: join(dir, "reconciled"),
      /** Up to where logs were looked into for the operator. */
      eventPlaces: join(dir, "event-places.json"),
    };
  }

  get participantsDir(): string {
    return join(this.dataDir, "participants");
  }

  participant(id: string): ParticipantPaths {
    const dir = join(this.participantsDir, id);
    return {
      dir,
      config: join(dir, "config.json"),
      keysDir: join(dir, "keys"),
      headerKey: join(dir, "keys", "header.key"),
      sealingKey: join(dir, "keys", "seal.age"),
      natsCreds: join(dir, "nats.creds"),
      apiToken: join(dir, "api.token"),
      tokensDir: join(dir, "tokens"),
      register: join(dir, "register.bin"),
      rootPublicKey: join(dir, "root-1.pub"),
      rootPublicKeys: ROOT_NUMBERS.map((number) => join(dir, `root-${number}.pub`)),
      identityKey: join(dir, "keys", "identity.key"),
      registerFilesDir: join(dir, "register"),
      tls: tlsPaths(dir),
    };
  }
}
