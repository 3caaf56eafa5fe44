import type {
  CheckResult,
  CustodyEventKind,
  FirearmType,
  IllicitGround,
  Instrument,
  IntendedUse,
  MarkKind,
  Offence,
  PartKind,
  Priority,
  Question,
  RecoveryMethod,
  SerialStatus,
} from "#proto";
import type { NameOf } from "../list-names.ts";

/** Words of every value of a closed list; one that is missing does not compile. */
type WordsOf<L> = Readonly<Record<NameOf<L>, string>>;

/** Labels of the rows of a letter. */
export interface LetterLabels {
  readonly ourReference: string;
  readonly date: string;
  readonly priority: string;
  readonly answerBy: string;
  readonly chain: string;
  readonly type: string;
  readonly make: string;
  readonly model: string;
  readonly calibre: string;
  readonly serial: string;
  readonly serialStatus: string;
  readonly madeIn: string;
  readonly madeYear: string;
  readonly importMark: string;
  readonly markings: string;
  readonly quantity: string;
  readonly lot: string;
  readonly headstamp: string;
  readonly packaging: string;
  readonly recoveredOn: string;
  readonly recoveredHow: string;
  readonly recoveredWhere: string;
  readonly grounds: string;
  readonly offences: string;
  readonly parts: string;
  readonly justification: string;
  readonly intendedUse: string;
  readonly urgency: string;
  readonly nationalRegistry: string;
  readonly lostStolen: string;
  readonly iarms: string;
  readonly instructions: string;
}

/** The closed texts of a letter in one language (TP-OFF-3). `{name}` is filled in. */
export interface LetterWords {
  readonly title: string;
  /** {state} */
  readonly to: string;
  /** {state} */
  readonly from: string;
  /** {state} */
  readonly subject: string;
  /** {instruments} */
  readonly opening: string;
  readonly headings: {
    readonly firearm: string;
    readonly recovery: string;
    readonly purpose: string;
    readonly checks: string;
    readonly history: string;
    readonly questions: string;
    readonly confidentiality: string;
  };
  readonly labels: LetterLabels;
  /** {hop} and {hops} */
  readonly hop: string;
  readonly confidential: string;
  /** {limitation} */
  readonly notConfidential: string;
  /** {tlp} */
  readonly handling: string;
  /** {reference} */
  readonly answer: string;
  readonly officer: string;
  readonly signature: string;
  readonly seal: string;
  readonly exercise: string;
  readonly test: string;
  readonly unprintable: string;
  /** {page} and {pages} */
  readonly page: string;
  /** {serial} */
  readonly partMark: string;
  readonly types: WordsOf<typeof FirearmType>;
  readonly serialStatuses: WordsOf<typeof SerialStatus>;
  readonly marks: WordsOf<typeof MarkKind>;
  readonly methods: WordsOf<typeof RecoveryMethod>;
  readonly grounds: WordsOf<typeof IllicitGround>;
  readonly offences: WordsOf<typeof Offence>;
  readonly parts: WordsOf<typeof PartKind>;
  readonly uses: WordsOf<typeof IntendedUse>;
  readonly questions: WordsOf<typeof Question>;
  readonly instruments: WordsOf<typeof Instrument>;
  readonly priorities: WordsOf<typeof Priority>;
  readonly results: WordsOf<typeof CheckResult>;
  readonly custody: WordsOf<typeof CustodyEventKind>;
}
