/** Servers as Unbound writes them, in our words. */

/** `192.0.2.1@5353#name` as `192.0.2.1:5353`. */
export function ourServer(text: string): string {
  const [, address = text, port] = /^([^@#]+)(?:@(\d+))?/.exec(text) ?? [];
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `192.0.2.1@853#dns.example` as `tls://192.0.2.1:853#dns.example`. */
export function tlsServer(text: string): string {
  const [, name] = text.split('#');
  const address = ourServer(text);
  const isBare = address.includes(':') && !address.startsWith('[') && !/^[\d.]+:/.test(address);
  return `tls://${isBare ? `[${address}]` : address}${name === undefined ? '' : `#${name}`}`;
}
