/**
 * What sprig's hermetic functions have and templates here do not: keys and certificates have no place in a message, and
 * what depends on the clock or on chance would not come out the same twice.
 */
const REFUSED = new Set([
  'bcrypt',
  'buildCustomCert',
  'decryptAES',
  'derivePassword',
  'encryptAES',
  'genCA',
  'genCAWithKey',
  'genPrivateKey',
  'genSelfSignedCert',
  'genSelfSignedCertWithKey',
  'genSignedCert',
  'genSignedCertWithKey',
  'htpasswd',
  'ago',
  'duration',
  'durationRound',
  'must_date_modify',
  'mustDateModify',
  'mustToDate',
  'toDate',
  'unixEpoch',
  'randInt',
  'shuffle',
  'urlJoin',
  'urlParse',
  'call',
]);

/** Whether a function exists in Flux's templates and is left out here. */
export function isRefused(name: string): boolean {
  return REFUSED.has(name);
}
