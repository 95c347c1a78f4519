/** Whether a text is a named.conf, or a part of one. */

/** A statement that only BIND has so, where a statement can begin. */
const STATEMENT =
  /(?:^|[;}])\s*(?:options|controls|logging|acl\s+"?[\w.-]+"?|view\s+"?[\w.-]+"?(?:\s+\w+)?|key\s+"?[\w.-]+"?|zone\s+"[^"\n]*"(?:\s+\w+)?|include\s+"[^"\n]+"\s*;)\s*(?:\{|$|(?<=;))/m;

export function looksLikeBind(text: string): boolean {
  const plain = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|#[^\n]*/g, '');
  return STATEMENT.test(plain) && plain.includes(';');
}
