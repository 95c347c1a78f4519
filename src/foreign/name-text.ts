/** Names as programs compare them that keep them as texts: in lower case, without a dot at the end. */

/** What stands before an octet that would be read as something else: a dot within a label. */
const ESCAPE = 1;

/** `www.example.com`; the root is empty. */
export function nameText(wire: Uint8Array): string {
  let text = '';
  for (let at = 0; wire[at] !== 0 && at < wire.length; at += wire[at]! + 1) {
    if (at > 0) text += '.';
    for (const octet of wire.subarray(at + 1, at + 1 + wire[at]!)) {
      const isOdd = octet === 0 || octet === 0x2e || octet === ESCAPE;
      text += isOdd ? String.fromCharCode(ESCAPE, octet + 1) : String.fromCharCode(octet);
    }
  }
  return text.toLowerCase();
}
