/** Text for man(1): macros of the package man (groff_man(7)). */

/** A paragraph of text, in which `code` and **word** are bold, and [links](x) lose their targets. */
export function prose(text: string): string {
  return escapeRoff(text)
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/`([^`]+)`/g, '\\fB$1\\fR')
    .replace(/\*\*([^*]+)\*\*/g, '\\fB$1\\fR');
}

/** A term in bold, and what is said of it below, one paragraph each. */
export function entry(term: string, paragraphs: readonly string[]): string {
  return `.TP\n\\fB${escapeRoff(term)}\\fR\n${paragraphs.map(prose).join('\n.br\n')}`;
}

export function section(name: string, ...lines: readonly string[]): string {
  return [`.SH ${name.toUpperCase()}`, ...lines].join('\n');
}

/** `date` is of the release, so that the same source gives the same page. */
export function page(
  name: string,
  number: number,
  version: string,
  body: readonly string[],
): string {
  const title = `.TH ${name.toUpperCase()} ${number} "" "rcode5 ${version}" "rcode5"`;
  return `${[title, ...body].join('\n')}\n`;
}

/** A period or an apostrophe that begins a line would be a request; a hyphen is meant as one. */
function escapeRoff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&')
    .replaceAll('…', '...');
}
