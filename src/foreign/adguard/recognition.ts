/** Whether a text is an AdGuardHome.yaml. */

export function looksLikeAdguard(text: string): boolean {
  const has = (key: string) => new RegExp(`^${key}:`, 'm').test(text);
  const inDns = /^ {2}(?:upstream_dns|bind_hosts|bootstrap_dns|blocked_hosts|allowed_clients):/m;
  return (
    has('dns') && inDns.test(text) && (has('schema_version') || has('filtering') || has('filters'))
  );
}
