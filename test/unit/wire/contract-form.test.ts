import { join } from "node:path";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { WIRE_LIMITS } from "#runtime";
import { REPOSITORY } from "../../support/source-files.ts";

/** Messages within messages, counted from 1, by the contract alone. */
async function deepestMessage(): Promise<number> {
  const root = new protobuf.Root();
  const bundled = root.resolvePath.bind(root);
  root.resolvePath = (origin, target) =>
    target.startsWith("tracepost/") ? join(REPOSITORY, "proto", target) : bundled(origin, target);
  const files = ["log", "monitor", "receipt", "register", "reply", "follow_up", "notice", "alert"];
  await root.load(files.map((file) => `tracepost/v1/${file}.proto`));
  root.resolveAll();
  const depthOf = (type: protobuf.Type): number =>
    1 +
    Math.max(
      0,
      ...type.fieldsArray.map(({ resolvedType }) =>
        resolvedType instanceof protobuf.Type ? depthOf(resolvedType) : 0,
      ),
    );
  const types = root.lookup("tracepost.v1", [protobuf.Namespace]) as protobuf.Namespace | null;
  const depths = (types?.nestedArray ?? []).map((one) =>
    one instanceof protobuf.Type ? depthOf(one) : 0,
  );
  return Math.max(...depths);
}

describe("the wire contract", () => {
  it("nests no deeper than docs/spec/wire.md says, far below the limit", async () => {
    expect(await deepestMessage()).toBe(4);
    expect(WIRE_LIMITS.nestingMax).toBeGreaterThanOrEqual(4);
  });
});
