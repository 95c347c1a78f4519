/** Text of others before it goes to a terminal. */

/** What a terminal would act on, or show as something else. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with what a terminal would act on as `\u001b`. */
export function escapeControls(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}
