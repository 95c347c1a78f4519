/** Names as programs compare them that keep them as texts: in lower case, without a dot at the end. */

/** What stands before an octet that would be read as something else: a dot within a label. */
const ESCAPE = 1;

const ODD = new RegExp(`[\\0${String.fromCharCode(ESCAPE)}.]`, 'g');

/** `www.example.com`; the root is empty. */
export function nameText(wire: Uint8Array): string {
  const octets = Buffer.from(wire.buffer, wire.byteOffset, wire.length).toString('latin1');
  let text = '';
  for (let at = 0; at < wire.length && wire[at] !== 0; at += wire[at]! + 1) {
    const label = octets.slice(at + 1, at + 1 + wire[at]!);
    if (at > 0) text += '.';
    text += label.search(ODD) < 0 ? label : label.replace(ODD, escaped);
  }
  return text.toLowerCase();
}

function escaped(char: string): string {
  return String.fromCharCode(ESCAPE, char.charCodeAt(0) + 1);
}
