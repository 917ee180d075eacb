import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const HOST = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$|^\[[0-9a-fA-F:]+\]$/;
const METADATA_NAME = /^(metadata(\.google\.internal)?|instance-data(\.ec2\.internal)?)\.?$/i;

// Answers there are credentials of the machine, never what a tenant stores.
const machineOnly = new BlockList();
machineOnly.addSubnet('169.254.0.0', 16, 'ipv4');
machineOnly.addAddress('100.100.100.200', 'ipv4');
machineOnly.addSubnet('fe80::', 10, 'ipv6');
machineOnly.addAddress('fd00:ec2::254', 'ipv6');

/** Why a host of a tenant's URL (as `URL.hostname` has it) is not spoken to; undefined when it may be. */
export function hostProblem(hostname: string): string | undefined {
  if (!HOST.test(hostname)) return 'has a host that is no plain host name or address';
  return isMachineOnly(hostname.replace(/^\[|\]$/g, ''))
    ? 'points to a link-local or metadata address'
    : undefined;
}

/** A name that leads to an address which is not spoken to. */
export class ForbiddenAddressError extends Error {
  constructor(hostname: string) {
    super(`the name ${hostname} leads to a link-local or metadata address`);
    this.name = 'ForbiddenAddressError';
  }
}

/** Resolves like `dns.lookup`, and refuses a name of which any address is not to be spoken to: what is checked is what is dialled. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first] = addresses ?? [];
    if (error || !first) return callback(error, '', 0);
    if (addresses.some(({ address }) => isMachineOnly(address))) {
      return callback(new ForbiddenAddressError(hostname), '', 0);
    }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function isMachineOnly(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return METADATA_NAME.test(host);
  return machineOnly.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
