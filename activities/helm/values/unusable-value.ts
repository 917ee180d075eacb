/** Why a value cannot be used: a sentence without any part of the value, which may be secret. */
export class UnusableValue extends Error {
  override readonly name = 'UnusableValue';
}
