import { expect } from 'chai';
import { handshakeFault } from '../../src/transport/handshake-fault.ts';

describe('transport/handshake-fault', () => {
  const codes = [
    { code: 'ERR_SSL_WRONG_VERSION_NUMBER', fault: 'not-tls' },
    { code: 'ERR_SSL_HTTP_REQUEST', fault: 'not-tls' },
    { code: 'ERR_SSL_PACKET_LENGTH_TOO_LONG', fault: 'not-tls' },
    { code: 'ERR_SSL_UNSUPPORTED_PROTOCOL', fault: 'version' },
    { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', fault: 'version' },
    { code: 'ERR_SSL_NO_SHARED_CIPHER', fault: 'algorithms' },
    { code: 'ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', fault: 'algorithms' },
    { code: 'ERR_SSL_NO_APPLICATION_PROTOCOL', fault: 'alpn' },
    { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', fault: 'certificate' },
    { code: 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', fault: 'certificate' },
    { code: 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', fault: 'certificate' },
    { code: 'ECONNRESET', fault: 'closed' },
    { code: 'ERR_TLS_HANDSHAKE_TIMEOUT', fault: 'timeout' },
    { code: 'ERR_SSL_DECODE_ERROR', fault: 'other' },
    { code: undefined, fault: 'other' },
  ];
  for (const { code, fault } of codes) {
    it(`names ${code ?? 'an error without a code'} ${fault}`, () => {
      expect(handshakeFault(Object.assign(new Error('x'), { code }))).to.equal(fault);
    });
  }
});
