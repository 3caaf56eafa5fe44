/** The unpacked tree that holds a program, or why there is none. */
export type FetchedTree =
  | { readonly ok: true; readonly workDir: string; readonly root: string }
  | { readonly ok: false; readonly complaint: string };

/** What a way to fetch is told. */
export interface FetchPlace {
  /** Existing folder; the way makes a fresh one in it. */
  readonly parentDir: string;
  /** Folder with the settings of apt, if it is not the machine's. */
  readonly aptDir?: string;
}

/** One way to get a program. The caller removes `workDir` of the tree when it is done with it. */
export interface FetchWay {
  /** Such as "Debian's package". */
  readonly name: string;
  fetch(place: FetchPlace): Promise<FetchedTree>;
}
