/** Whether a text is an unbound.conf, or a part of one. */

/** A clause, or an option that only Unbound has, at the start of a line; our files are nested by blanks. */
const CLAUSE =
  /^[ \t]*(?:server|forward-zone|stub-zone|auth-zone|remote-control|include-toplevel|view|rpz):[ \t]*(?:#.*|[^\s#].*)?$/m;
const OPTION =
  /^[ \t]*(?:access-control|local-zone|local-data|forward-addr|stub-addr|interface|do-ip[46]|do-daemonize|hide-version|hide-identity|harden-glue|auto-trust-anchor-file|root-hints|control-enable|chroot|username|num-threads|verbosity|module-config|prefetch|include|include-toplevel|name|zonefile|qname-minimisation|cache-max-ttl|access-control-view|domain-insecure|private-address|private-domain):[ \t]*\S/m;

export function looksLikeUnbound(text: string): boolean {
  const plain = text.replace(/^[ \t]*#.*$/gm, '');
  if (/[{};]\s*$/m.test(plain.replace(/#.*$/gm, ''))) return false;
  return (CLAUSE.test(plain) && OPTION.test(plain)) || /^[ \t]*include-toplevel:/m.test(plain);
}
