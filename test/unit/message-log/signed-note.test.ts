import { describe, expect, test } from "vitest";
import { isSignedBy, openCheckpoint, parseCheckpoint, parseNote } from "#message-log";
import { LOG_LIMITS } from "#runtime";
import { publicKeyOf } from "#trust";

const keyOf = (base64: string) => publicKeyOf(Buffer.from(base64, "base64").subarray(1));

/** The note with which Go tests its own implementation of the format. */
const GO_NOTE = [
  "If you think cryptography is the answer to your problem,",
  "then you don't know what your problem is.",
  "",
  "— PeterNeumann " +
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg" +
    "KvqfqdngotpRZb6KE6RyyBwJnAM=",
  "",
].join("\n");
const GO_KEY = keyOf("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");

/** A tree head that Go's checksum database published, and the key it publishes for it. */
const SUM_NOTE = [
  "go.sum database tree",
  "6476701",
  "mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=",
  "",
  "— sum.golang.org " +
    "Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949r" +
    "j4nPRYfvimWEPWL+o3GeoWwOoAw=",
  "",
].join("\n");
const SUM_KEY = keyOf("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8");

const signed = (note: string, name: string, ...keys: Parameters<typeof isSignedBy>[2]): boolean => {
  const parsed = parseNote(note);
  return parsed !== undefined && isSignedBy(parsed, name, keys);
};

describe("a signed note", () => {
  test("of another implementation is read and its signature verified", () => {
    expect(parseNote(GO_NOTE)?.text).toBe(GO_NOTE.split("\n").slice(0, 2).join("\n").concat("\n"));
    expect(signed(GO_NOTE, "PeterNeumann", GO_KEY)).toBe(true);
    expect(signed(SUM_NOTE, "sum.golang.org", SUM_KEY)).toBe(true);
    expect(parseCheckpoint(SUM_NOTE)).toMatchObject({
      origin: "go.sum database tree",
      size: 6_476_701,
    });
  });

  test("is not signed by another key, under another name, or over another text", () => {
    expect(signed(GO_NOTE, "PeterNeumann", SUM_KEY)).toBe(false);
    expect(signed(GO_NOTE, "PeterNewmann", GO_KEY)).toBe(false);
    expect(signed(GO_NOTE.replace("problem is", "problem was"), "PeterNeumann", GO_KEY)).toBe(
      false,
    );
    expect(signed(GO_NOTE, "PeterNeumann")).toBe(false);
  });

  test("may carry lines of others, but no false line of a key we know", () => {
    const other = "— someone.example AAAAAAECAwQFBgcICQ==\n";
    expect(signed(GO_NOTE + other, "PeterNeumann", GO_KEY)).toBe(true);
    const [, line = ""] = GO_NOTE.split("\n— ");
    const forged = `— ${line.replace("x08go/ZJ", "x08go/ZK")}`;
    expect(signed(GO_NOTE + forged, "PeterNeumann", GO_KEY)).toBe(false);
    expect(signed(GO_NOTE + GO_NOTE.slice(GO_NOTE.indexOf("— ")), "PeterNeumann", GO_KEY)).toBe(
      true,
    );
  });

  test("is refused when it is too large or has too many lines", () => {
    const other = "— someone.example AAAAAAECAwQFBgcICQ==\n";
    expect(parseNote(GO_NOTE + other.repeat(LOG_LIMITS.noteSignaturesMax - 1))).toBeDefined();
    expect(parseNote(GO_NOTE + other.repeat(LOG_LIMITS.noteSignaturesMax))).toBeUndefined();
    expect(parseNote("x".repeat(LOG_LIMITS.noteBytesMax) + GO_NOTE)).toBeUndefined();
    expect(parseNote("ñ".repeat(LOG_LIMITS.noteBytesMax / 2) + GO_NOTE)).toBeUndefined();
  });

  test.each([
    ["half of a surrogate pair", GO_NOTE.replace("you", "\ud800")],
    ["a null character", GO_NOTE.replace("you", "\0")],
    ["a plus in the name", GO_NOTE.replace("PeterNeumann", "Peter+Neumann")],
    ["a no-break space in the name", GO_NOTE.replace("PeterNeumann", "Peter\u00a0Neumann")],
    ["an empty name", GO_NOTE.replace("PeterNeumann", "")],
    ["base64 with loose bits", GO_NOTE.replace("yBwJnAM=", "yBwJnAN=")],
    ["base64 of another alphabet", GO_NOTE.replace("x08go/ZJ", "x08go_ZJ")],
    ["a signature of no bytes", GO_NOTE.replace(/x08go.*=/, "x08goA==")],
    ["an empty signature line", `${GO_NOTE}\n`],
    ["nothing", ""],
    ["newlines alone", "\n\n\n"],
  ])("is refused with %s", (_, note) => {
    expect(signed(note, "PeterNeumann", GO_KEY)).toBe(false);
  });
});

describe("a checkpoint", () => {
  test("of a log whose key has another name than its origin is not one of ours", () => {
    expect(openCheckpoint(SUM_NOTE, "go.sum database tree", [SUM_KEY])).toBeUndefined();
    expect(openCheckpoint(SUM_NOTE, "sum.golang.org", [SUM_KEY])).toBeUndefined();
  });
});
