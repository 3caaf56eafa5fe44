/** The domain message; every message has exactly one. */
export const BODY_PART = "body";
/** The personal-data block, absent unless needed. */
export const PERSONS_PART = "persons";
/** Opens the body, for one recipient. */
export const KEY_PART = "key";
/** Opens the personal-data block, for one recipient; apart, so that it can be destroyed alone. */
export const PERSONS_KEY_PART = "key/persons";

/** Full name of the protobuf message inside a key part. */
export const KEY_PART_SCHEMA = "tracepost.v1.KeyPart";

/** Names of the parts that are for one recipient only. */
export function isKeyPart(name: string): boolean {
  return name === KEY_PART || name === PERSONS_KEY_PART;
}

/** The key part that opens a content part. */
export function keyPartOf(contentPart: string): string {
  return contentPart === PERSONS_PART ? PERSONS_KEY_PART : KEY_PART;
}
