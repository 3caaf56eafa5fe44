import { NATS_LIMITS } from "#runtime";
import { natsString } from "../local/provision/nats-text.ts";
import { hubNames, leafPermissions } from "../local/provision/permissions.ts";

/** Files of a leaf; its configuration names the others as they are seen from their folder. */
export const LEAF_FILES = {
  config: "leaf.conf",
  credentials: "leaf.creds",
  certificate: "client.pem",
  door: "door.pem",
  authorities: "ca.pem",
} as const;

/** What the configuration of a State's own nats-server is made from. */
export interface LeafConfig {
  readonly participant: string;
  /** Where its services reach it: `127.0.0.1:4222`. */
  readonly listen: string;
  /** Where the hub waits for it: `hub.example.org:7422`. */
  readonly hub: string;
  /** Whether the link is TLS on both sides. */
  readonly hasTls: boolean;
  /** Public key of the participant's user, as its credentials file has it. */
  readonly serviceUser: string;
}

/**
 * The configuration of a leaf (TP-TLS-10): one account with one user, who logs in with the
 * credentials it has for the hub, and may do what the link may. No stream is kept here; what the
 * inbox at the hub is asked is given the name it has on the link.
 */
export function leafConfigText(config: LeafConfig): string {
  const { hasTls, hub, listen, participant, serviceUser } = config;
  const { publish, subscribe } = leafPermissions(participant);
  return `# Written by tracepost exchange leaf; run in this folder: nats-server --config leaf.conf
server_name: ${natsString(`tracepost-leaf-${participant}`)}
listen: ${natsString(listen)}
max_payload: ${NATS_LIMITS.payloadBytesMax}
max_connections: ${NATS_LIMITS.leafConnectionsMax}
max_subscriptions: ${NATS_LIMITS.userSubscriptionsMax}
ping_interval: ${natsString(seconds(NATS_LIMITS.leafPingMs))}
ping_max: 2
logtime_utc: true
${hasTls ? DOOR_TEXT : ""}
leafnodes {
  reconnect: ${natsString(seconds(NATS_LIMITS.leafReconnectMs))}
  remotes: [
    {
      url: ${natsString(`${hasTls ? "tls" : "nats-leaf"}://${hub}`)}
      account: ${natsString(participant)}
      credentials: ${natsString(LEAF_FILES.credentials)}
      compression: off
${hasTls ? LINK_TEXT : ""}    }
  ]
}

accounts {
  ${natsString(participant)} {
    users: [
      {
        nkey: ${natsString(serviceUser)}
        permissions {
          publish { allow: [
${list(publish)}
          ] }
          subscribe { allow: [
${list(subscribe)}
          ] }
        }
      }
    ]
    mappings {
${hubNames()
  .map(({ atHub, subject }) => `      ${natsString(subject)}: ${natsString(atHub)}`)
  .join("\n")}
    }
  }
}
`;
}

/** Its services log in to it as they do at the hub: by certificate and credentials. */
const DOOR_TEXT = `tls {
  cert_file: ${natsString(LEAF_FILES.door)}
  key_file: ${natsString(LEAF_FILES.door)}
  ca_file: ${natsString(LEAF_FILES.authorities)}
  verify: true
  handshake_first: true
}
`;

const LINK_TEXT = `      tls {
        cert_file: ${natsString(LEAF_FILES.certificate)}
        key_file: ${natsString(LEAF_FILES.certificate)}
        ca_file: ${natsString(LEAF_FILES.authorities)}
        handshake_first: true
      }
`;

function list(subjects: readonly string[]): string {
  return subjects.map((subject) => `            ${natsString(subject)}`).join("\n");
}

function seconds(durationMs: number): string {
  return `${durationMs / 1_000}s`;
}
