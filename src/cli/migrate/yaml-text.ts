/** Texts in YAML. */

/** A text that YAML reads as it is. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
