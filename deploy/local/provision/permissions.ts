import { gatewayConsumer, IN_STREAM, inboxConsumer, LANES } from "#wire";

/** Who connects to NATS. One user, one role; each role has its own signing key in its account. */
export type NatsRole =
  | "participant"
  | "leaf"
  | "inbox-provisioner"
  | "inbox-steward"
  | "gateway"
  | "outbox-provisioner"
  | "outbox-steward"
  | "operator";

/** Everything a role may do; what is not listed is refused by the server (TP-NATS-5). */
export interface RolePermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Prefix of the reply subjects of a participant. */
export function participantInbox(participant: string): string {
  return `_I.${participant}`;
}

/** Prefixes of the reply subjects of the operator's own users. */
export const INBOX_PREFIXES = {
  gateway: "_I.gateway",
  provisioner: "_I.provisioner",
  steward: "_I.steward",
  operator: "_I.operator",
} as const;

/**
 * A participant puts messages on the three lanes of its own outbox, takes messages from the three
 * consumers of its own inbox, and hears answers on its own reply subjects. It cannot create a
 * consumer: the subject that a push consumer delivers to is written by the server, unchecked.
 */
export function participantPermissions(participant: string): RolePermissions {
  const consumers = LANES.map((lane) => `${IN_STREAM}.${inboxConsumer(lane)}`);
  return {
    publish: [
      ...LANES.map((lane) => `tp.out.${participant}.${lane}.*`),
      ...consumers.map((consumer) => `$JS.API.CONSUMER.MSG.NEXT.${consumer}`),
      ...consumers.map((consumer) => `$JS.API.CONSUMER.INFO.${consumer}`),
      ...consumers.map((consumer) => `$JS.ACK.${consumer}.>`),
    ],
    subscribe: [`${participantInbox(participant)}.>`],
  };
}

/**
 * The link of a participant's leaf carries what the participant may do, and nothing else
 * (TP-TLS-12). NATS lets no `$JS.API.>` over such a link: the consumers are asked under names of
 * the hub ({@link hubNames}).
 */
export function leafPermissions(participant: string): RolePermissions {
  return {
    publish: [
      ...LANES.map((lane) => `tp.out.${participant}.${lane}.*`),
      ...hubNames().map(({ atHub }) => atHub),
      ...LANES.map((lane) => `$JS.ACK.${IN_STREAM}.${inboxConsumer(lane)}.>`),
    ],
    subscribe: [`${participantInbox(participant)}.>`],
  };
}

/** A question to a consumer of the inbox, and what it is called on the link of a leaf. */
export interface HubName {
  readonly subject: string;
  readonly atHub: string;
}

/** What the consumers of an inbox are asked, each written out (TP-TLS-9). */
export function hubNames(): readonly HubName[] {
  return ["MSG.NEXT", "INFO"].flatMap((question) =>
    LANES.map((lane) => {
      const asked = `API.CONSUMER.${question}.${IN_STREAM}.${inboxConsumer(lane)}`;
      return { subject: `$JS.${asked}`, atHub: `$JS.hub.${asked}` };
    }),
  );
}

/** Creates and compares the inbox stream and its consumers; reads no message. */
export function inboxProvisionerPermissions(participant: string): RolePermissions {
  return {
    publish: [
      ...["INFO", "CREATE", "UPDATE"].map((verb) => `$JS.API.STREAM.${verb}.${IN_STREAM}`),
      ...LANES.flatMap((lane) => {
        const consumer = `${IN_STREAM}.${inboxConsumer(lane)}`;
        return [
          `$JS.API.CONSUMER.INFO.${consumer}`,
          `$JS.API.CONSUMER.DELETE.${consumer}`,
          `$JS.API.CONSUMER.CREATE.${consumer}.tp.in.${participant}.${lane}.*`,
        ];
      }),
    ],
    subscribe: [`${INBOX_PREFIXES.provisioner}.>`],
  };
}

/** Looks at the inbox stream and removes the prefix that is done with. */
export function inboxStewardPermissions(): RolePermissions {
  return {
    publish: [
      `$JS.API.STREAM.INFO.${IN_STREAM}`,
      `$JS.API.STREAM.PURGE.${IN_STREAM}`,
      ...LANES.map((lane) => `$JS.API.CONSUMER.INFO.${IN_STREAM}.${inboxConsumer(lane)}`),
    ],
    subscribe: [`${INBOX_PREFIXES.steward}.>`],
  };
}

/**
 * The gateway takes from the outboxes (each consumer written out: `gw-*` would be no wildcard) and
 * puts into the inboxes. It cannot read an inbox, nor create, change, look at or empty any stream.
 */
export function gatewayPermissions(): RolePermissions {
  const consumers = LANES.map((lane) => `*.${gatewayConsumer(lane)}`);
  return {
    publish: [
      ...LANES.map((lane) => `tp.in.*.${lane}.*`),
      ...consumers.map((consumer) => `$JS.API.CONSUMER.MSG.NEXT.${consumer}`),
      ...consumers.map((consumer) => `$JS.ACK.${consumer}.>`),
    ],
    subscribe: [`${INBOX_PREFIXES.gateway}.>`],
  };
}

/** Creates and compares the outbox streams and their consumers; reads no message. */
export function outboxProvisionerPermissions(): RolePermissions {
  return {
    publish: [
      ...["INFO", "CREATE", "UPDATE"].map((verb) => `$JS.API.STREAM.${verb}.*`),
      ...LANES.flatMap((lane) => {
        const consumer = `*.${gatewayConsumer(lane)}`;
        return [
          `$JS.API.CONSUMER.INFO.${consumer}`,
          `$JS.API.CONSUMER.DELETE.${consumer}`,
          `$JS.API.CONSUMER.CREATE.${consumer}.tp.out.*.${lane}.*`,
        ];
      }),
    ],
    subscribe: [`${INBOX_PREFIXES.provisioner}.>`],
  };
}

/** Looks at the outbox streams and removes the prefixes that are done with. */
export function outboxStewardPermissions(): RolePermissions {
  return {
    publish: [
      "$JS.API.STREAM.INFO.*",
      "$JS.API.STREAM.PURGE.*",
      ...LANES.map((lane) => `$JS.API.CONSUMER.INFO.*.${gatewayConsumer(lane)}`),
    ],
    subscribe: [`${INBOX_PREFIXES.steward}.>`],
  };
}

/**
 * In the system account: asks for the server's settings, has it read its certificates again, reads
 * and replaces account claims.
 */
export function operatorPermissions(): RolePermissions {
  return {
    publish: [
      "$SYS.REQ.SERVER.PING.VARZ",
      "$SYS.REQ.SERVER.*.RELOAD",
      "$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP",
      "$SYS.REQ.CLAIMS.UPDATE",
    ],
    subscribe: [`${INBOX_PREFIXES.operator}.>`],
  };
}
