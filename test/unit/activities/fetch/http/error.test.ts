import { describe, expect, it } from 'vitest';
import { asHttpError } from '../../../../../activities/fetch/http/error.ts';

function ofCode(code: string): unknown {
  return asHttpError(Object.assign(new Error('words of a library'), { code }));
}

describe('what is wrong with TLS is told with what to do', () => {
  const AUTHORITY =
    'put the certificate of its authority into a Secret as ca.crt and name it in certSecretRef';
  const CLIENT = 'it may want tls.crt and tls.key of a client in the Secret of certSecretRef, or others';

  it.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the certificate of the server is not trusted', AUTHORITY],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate of the server is not trusted', AUTHORITY],
    ['CERT_HAS_EXPIRED', 'the certificate of the server or of its authority is not valid now', 'renew it'],
    ['CERT_NOT_YET_VALID', 'the certificate of the server or of its authority is not valid now', 'renew it'],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'the certificate of the server is for other names',
      'use one of them, or a certificate that has this one',
    ],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'the server refuses the TLS connection', CLIENT],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'the server refuses the TLS connection', CLIENT],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'the server refuses the TLS connection', CLIENT],
  ])('%s', (code, problem, advice) => {
    expect(ofCode(code)).toMatchObject({
      problem: 'tls',
      message: `${problem} (${code}); ${advice}`,
      isNoTls: false,
      mayPass: false,
    });
  });

  it.each(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'])(
    'and %s is what a server without TLS causes',
    (code) => {
      expect(ofCode(code)).toMatchObject({ problem: 'tls', isNoTls: true });
    },
  );
});
