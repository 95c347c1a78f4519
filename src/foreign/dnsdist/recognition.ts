/** Whether a text is a configuration of dnsdist. */

const CALL =
  /^[ \t]*(?:(?:local[ \t]+)?\w+[ \t]*=[ \t]*)?(?:newServer|setLocal|addLocal|setACL|addACL|addAction|addTLSLocal|addDOHLocal|controlSocket|setServerPolicy|includeDirectory|webserver|setKey)[ \t]*[({"']/m;

export function looksLikeDnsdist(text: string): boolean {
  return CALL.test(text.replace(/--[^\n]*/g, ''));
}
