import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { createServer as createSecureServer } from "node:tls";

/** Something that answers where a nats-server is expected. */
export interface StrangeServer {
  readonly port: number;
  /** What it was sent, as far as it understood. */
  heard(): string;
  close(): void;
}

/** Answers TLS with the certificate and key of one PEM file, on every address of loopback. */
export async function startDoor(pemFile: string): Promise<StrangeServer> {
  const pem = await readFile(pemFile, "utf8");
  return await listen((note) =>
    createSecureServer({ cert: pem, key: pem }, (socket) => {
      socket.on("data", note).on("error", () => undefined);
    }).on("tlsClientError", () => undefined),
  );
}

/** Greets in plain text, as a nats-server that wants no TLS does. */
export async function startPlain(): Promise<StrangeServer> {
  return await listen((note) =>
    createServer((socket) => {
      socket.on("data", note).on("error", () => undefined);
      socket.write('INFO {"server_id":"x","max_payload":1048576,"nonce":"abc"}\r\n');
    }),
  );
}

async function listen(make: (note: (data: Buffer) => void) => Server): Promise<StrangeServer> {
  let heard = "";
  const server = make((data) => {
    heard += data.toString("latin1");
  });
  await new Promise<void>((resolve) => server.listen(0, () => resolve()));
  const { port } = server.address() as AddressInfo;
  return { port, heard: () => heard, close: () => void server.close() };
}
