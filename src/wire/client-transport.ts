/** How a client asks. */
export const CLIENT_TRANSPORTS = ['udp', 'tcp', 'dot', 'doh'] as const;
export type ClientTransport = (typeof CLIENT_TRANSPORTS)[number];
