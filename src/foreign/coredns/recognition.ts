/** Whether a text is a Corefile. */

/** A zone, perhaps with a port, and the brace that opens its block at the end of the line. */
const BLOCK =
  /^\s*(?:(?:dns|tls|https|grpc|quic):\/\/)?[\w.*/:-]+(?::\d+)?(?:[\s,]+[\w.*/:-]+)*\s*\{\s*$/m;
/** Plugins that nearly every Corefile has one of. */
const PLUGIN =
  /^\s*(?:forward|errors|log|cache|acl|hosts|file|kubernetes|health|prometheus|template|whoami|import)\b/m;

export function looksLikeCorefile(text: string, file: string): boolean {
  if (/(^|\/)Corefile[^/]*$/.test(file)) return true;
  const plain = text.replace(/#[^\n]*/g, '');
  return BLOCK.test(plain) && PLUGIN.test(plain) && !plain.includes(';');
}
