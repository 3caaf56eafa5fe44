/** A string of NATS' configuration language: only backslash and quote are special in it. */
export function natsString(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
