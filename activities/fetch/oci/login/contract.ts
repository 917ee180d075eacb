/** A cloud whose identity of the worker is good for its registries: `spec.provider`, when it is not generic. */
export type CloudProvider = 'aws' | 'azure' | 'gcp';

export function isCloudProvider(provider: string | undefined): provider is CloudProvider {
  return provider === 'aws' || provider === 'azure' || provider === 'gcp';
}

export interface CloudCredentials {
  readonly username: string;
  readonly password: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Username and password for the registry `host[:port]`, by the identity that the cloud gives to the worker; kept until
 * shortly before they expire. Throws AuthenticationFailed: also for a host that is none of the provider, as Flux does.
 */
export type CloudLogin = (
  provider: CloudProvider,
  registry: { readonly host: string; readonly signal: AbortSignal },
) => Promise<CloudCredentials>;
