/** Reads `host:port`, `:port` for all interfaces, `[::1]:port`. Throws an Error that says what to write. */
export function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`${JSON.stringify(address)} is no address; write host:port`);
  }
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, '') || '::', port };
}
