/** Whether a text is for Pi-hole: pihole.toml of version 6, or setupVars.conf of version 5. */

export function looksLikePihole(text: string): boolean {
  const isToml = /^[ \t]*\[dns\][ \t]*(?:#.*)?\r?$/m.test(text);
  const ofDns =
    /^[ \t]*(?:upstreams|listeningMode|revServers|CNAMEdeepInspect|blockESNI|piholePTR)[ \t]*=/m;
  const blocking = /^[ \t]*\[dns\.(?:blocking|specialDomains|reply)\b/m;
  return (isToml && ofDns.test(text)) || blocking.test(text) || looksLikeSetupVars(text);
}

/** Of version 5. */
export function looksLikeSetupVars(text: string): boolean {
  return /^(?:PIHOLE_INTERFACE|PIHOLE_DNS_1|DNSMASQ_LISTENING|BLOCKING_ENABLED)=/m.test(text);
}
