/** Why a TLS handshake has failed, in the few words that metrics and the log have for it. */

export const HANDSHAKE_FAULTS = [
  'not-tls',
  'version',
  'algorithms',
  'alpn',
  'certificate',
  'timeout',
  'closed',
  'other',
] as const;
export type HandshakeFault = (typeof HANDSHAKE_FAULTS)[number];

/** Parts of OpenSSL's and Node's codes. Alerts are what the client has to say. */
const CODES: readonly (readonly [RegExp, HandshakeFault])[] = [
  [/WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH/, 'not-tls'],
  [/UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|RECORD_TOO_SMALL|BAD_LENGTH/, 'not-tls'],
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_(?:LOW|HIGH)/, 'version'],
  [/NO_APPLICATION_PROTOCOL/, 'alpn'],
  [/NO_SHARED|NO_SUITABLE|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY/, 'algorithms'],
  [/UNKNOWN_CA|CERTIFICATE|ACCESS_DENIED/, 'certificate'],
  [/ECONNRESET|EPIPE/, 'closed'],
  [/HANDSHAKE_TIMEOUT/, 'timeout'],
];

export function handshakeFault({ code = '' }: NodeJS.ErrnoException): HandshakeFault {
  return CODES.find(([codes]) => codes.test(code))?.[1] ?? 'other';
}
