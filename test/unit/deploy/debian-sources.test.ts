import { describe, expect, it } from "vitest";
import { rewriteLines, rewriteStanzas } from "../../../deploy/local/tools/debian-sources.ts";

describe("the machine's own Debian sources, for another suite", () => {
  it("keep archive and keys of the main stanza, and leave the others out", () => {
    const text = `# a comment
Types: deb deb-src
# http://snapshot.example/debian
URIs: http://archive.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://archive.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: https://other.example/apt
Suites: bookworm
Components: stable
`;
    expect(rewriteStanzas(text, "forky")).toBe(`Types: deb
URIs: http://archive.example/debian
Suites: forky
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg`);
  });

  it("keep a key that is written out in the stanza", () => {
    const text = `Types: deb
URIs: http://archive.example/debian
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
`;
    expect(rewriteStanzas(text, "forky")).toContain("Signed-By:\n -----BEGIN PGP");
  });

  it("do not use a stanza that is switched off", () => {
    const text = `Enabled: no
Types: deb
URIs: http://archive.example/debian
Suites: bookworm
Components: main`;
    expect(rewriteStanzas(text, "forky")).toBe("");
  });

  it("keep archive and options of the main lines", () => {
    const text = `# deb http://commented.example/debian bookworm main
deb [signed-by=/key.gpg arch=amd64] http://archive.example/debian bookworm main non-free
deb http://archive.example/debian bookworm-updates main
deb-src http://archive.example/debian bookworm main
deb cdrom:[Debian]/ bookworm main
deb https://other.example/linux/debian bookworm stable
deb http://archive.example/debian-security bookworm-security main
`;
    expect(rewriteLines(text, "forky")).toBe(
      "deb [signed-by=/key.gpg arch=amd64] http://archive.example/debian forky main",
    );
  });

  it("are none on another system", () => {
    expect(rewriteLines("deb http://archive.example/ubuntu jammy main", "forky")).toBe("");
    expect(rewriteStanzas("", "forky")).toBe("");
  });
});
