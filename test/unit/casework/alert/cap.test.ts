import { describe, expect, it } from "vitest";
import { type CapAlert, capTime, capTimeMs, parseCap, writeCap } from "#casework";

const NS = 'xmlns="urn:oasis:names:tc:emergency:cap:1.2"';
const HEAD =
  "<identifier>a-1</identifier><sender>ne.border.port</sender>" +
  "<sent>2026-03-01T10:00:00+01:00</sent><status>Actual</status><msgType>Alert</msgType>";
const INFO =
  "<info><category>Security</category><event>WANTED_FIREARM</event>" +
  "<urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty></info>";

const document = (inside: string, head = HEAD): string => `<alert ${NS}>${head}${inside}</alert>`;
const problemsOf = (xml: string) => {
  const read = parseCap(xml);
  if (read.ok) throw new TypeError("it was taken");
  return read.problems;
};
const readOf = (xml: string): CapAlert => {
  const read = parseCap(xml);
  if (!read.ok) throw new TypeError(JSON.stringify(read.problems));
  return read.value;
};

describe("reading CAP 1.2 (TP-ALERT-14)", () => {
  it("takes instants of any offset and tells them in UTC, as -00:00", () => {
    const { sent } = readOf(document(`<scope>Private</scope><addresses>AT</addresses>${INFO}`));
    expect(sent).toBe("2026-03-01T09:00:00-00:00");
  });

  it.each([
    "2026-03-01T09:00:00Z",
    "2026-03-01T09:00:00.5-00:00",
    "2026-02-30T09:00:00-00:00",
    "2026-03-01T25:00:00-00:00",
    "2026-03-01",
    "2026-03-01T09:00:00+14:01",
  ])("refuses %s as an instant", (text) => {
    expect(capTimeMs(text)).toBeUndefined();
  });

  it("reads addresses with spaces in quotes, and references of three parts", () => {
    const alert = readOf(
      document(
        '<scope>Private</scope><addresses>AT "Port of Tema" BR</addresses>' +
          "<references>ne.border.port,a-0,2026-02-01T00:00:00-00:00</references>",
      ),
    );
    expect(alert.addresses).toEqual(["AT", "Port of Tema", "BR"]);
    expect(alert.references).toEqual([
      { sender: "ne.border.port", identifier: "a-0", sent: "2026-02-01T00:00:00-00:00" },
    ]);
  });

  it("demands the order of the standard and names the element out of place", () => {
    const [problem] = problemsOf(document("<scope>Private</scope><source>x</source>"));
    expect(problem).toEqual({ field: "source", rule: "must stand before scope" });
  });

  it("demands what scope and message type need", () => {
    const needs = (inside: string, head = HEAD) => problemsOf(document(inside, head));
    expect(needs("<scope>Private</scope>")[0]?.field).toBe("addresses");
    expect(needs("<scope>Restricted</scope>")[0]?.field).toBe("restriction");
    const scope = "<scope>Private</scope><addresses>AT</addresses>";
    const fieldsOf = (type: string) =>
      needs(scope, HEAD.replace("<msgType>Alert", `<msgType>${type}`)).map(({ field }) => field);
    expect(fieldsOf("Update")).toEqual(["references"]);
    expect(fieldsOf("Cancel")).toEqual(["references"]);
    expect(fieldsOf("Error")).toEqual(["references", "note"]);
  });

  it("lists every problem with its place", () => {
    const info = INFO.replace("Immediate", "Soon").replace("<category>Security</category>", "");
    const found = problemsOf(document(`<scope>Private</scope><addresses>AT</addresses>${info}`));
    expect(found.map(({ field }) => field).sort()).toEqual(["info.0.category", "info.0.urgency"]);
  });

  it("passes over a signature at the end, and refuses a stranger in the middle", () => {
    const scope = "<scope>Private</scope><addresses>AT</addresses>";
    const signature =
      '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"><s:A/></s:Signature>';
    expect(readOf(document(scope + INFO + signature)).info).toHaveLength(1);
    expect(problemsOf(document(scope + signature + INFO))[0]?.field).toBe("Signature");
  });
});

describe("hostile XML (TP-ALERT-15)", () => {
  const scope = "<scope>Private</scope><addresses>AT</addresses>";
  it.each([
    [
      "a document type with entities that multiply",
      `<!DOCTYPE alert [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${document(scope)}`,
      "must have no document type (DTD)",
    ],
    [
      "a document type that names a file",
      `<!DOCTYPE alert SYSTEM "file:///etc/passwd">${document(scope)}`,
      "must have no document type (DTD)",
    ],
    ["an entity that is none", document(`${scope}<note>&secret;</note>`), "undefined entity"],
    ["elements without end", `${"<a>".repeat(50)}`, "must nest at most 16 deep"],
    ["too many elements", document("<code/>".repeat(40_001)), "must have at most 40000 elements"],
    ["a megabyte and more", document(" ".repeat(1_048_577)), "must be at most 1048576 bytes"],
    ["no XML", "{}", "must be well-formed XML"],
    ["nothing", "", "must be well-formed XML"],
    ["another version", `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>`, "cap:1.2"],
  ])("is refused: %s", (_what, xml, rule) => {
    const [problem] = problemsOf(xml);
    expect(problem?.rule).toContain(rule);
  });
});

describe("writing CAP 1.2 (TP-ALERT-13)", () => {
  const alert: CapAlert = {
    ...readOf(document(`<scope>Private</scope><addresses>AT</addresses>${INFO}`)),
  };

  it("writes UTC as -00:00, whole seconds, never Z", () => {
    expect(capTime(Date.UTC(2026, 2, 1, 9, 0, 0, 999))).toBe("2026-03-01T09:00:00-00:00");
    const written = writeCap(alert);
    expect(written).toMatchObject({ ok: true });
    expect(JSON.stringify(written)).toContain("<sent>2026-03-01T09:00:00-00:00</sent>");
  });

  it("writes what acts on a terminal as a number, and reads it as it was", () => {
    const written = writeCap({ ...alert, note: "a\u009b2Jb\u0085" });
    if (!written.ok) throw new TypeError("it was refused");
    expect(written.value).toContain("<note>a&#155;2Jb&#133;</note>");
    expect(readOf(written.value).note).toBe("a\u009b2Jb\u0085");
  });

  it.each([
    ["a sender with a space", { sender: "ne border" }, "sender"],
    ["a control character", { note: "a\u0007b" }, "note"],
    ["half of a character", { note: "\ud800" }, "note"],
    ["a quote in an address", { addresses: ['the "port"'] }, "addresses"],
    ["a time with Z", { sent: "2026-03-01T09:00:00Z" }, "sent"],
    ["Private without addresses", { addresses: [] }, "addresses"],
  ])("refuses %s", (_what, change, field) => {
    const written = writeCap({ ...alert, ...change });
    expect(written).toMatchObject({ ok: false, problems: [{ field }] });
  });
});
