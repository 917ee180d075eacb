import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** How to reach Temporal. What is left out comes from `TEMPORAL_*` and the Temporal config file, as for Temporal's own tools. */
export interface TemporalOptions {
  /** `host:port`. */
  readonly address?: string | undefined;
  readonly namespace?: string | undefined;
  /** A profile of the config file. */
  readonly profile?: string | undefined;
  /** A Temporal config file (TOML) instead of the one in the user's configuration directory. */
  readonly configFile?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly tls?: boolean | undefined;
  /** Files of PEM: the client's certificate and key for mTLS, and the server's CA. */
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly tlsCa?: string | undefined;
  readonly tlsServerName?: string | undefined;
  /** Used where neither a flag, nor the environment, nor the config file says anything. */
  readonly fallback?: { readonly address: string; readonly namespace: string } | undefined;
  /** How long to wait for a server that does not answer. */
  readonly connectTimeoutMs?: number | undefined;
}

export type TemporalConnection = ReturnType<typeof loadClientConnectConfig>['connectionOptions'];

export interface TemporalConfig {
  /** Suits `Connection` and `NativeConnection`. */
  readonly connection: TemporalConnection;
  readonly namespace: string;
}

const DEFAULTS = { address: 'localhost:7233', namespace: 'default' };

/** Reads the settings of the connection: options before `TEMPORAL_*` before the config file's profile before the fallback. */
export function temporalConfig(options: TemporalOptions = {}): TemporalConfig {
  const { connectionOptions, namespace } = loadClientConnectConfig({
    ...(options.profile && { profile: options.profile }),
    ...(options.configFile && { configSource: { path: options.configFile } }),
    overrideEnvVars: { ...definedEntries(process.env), ...definedEntries(asEnvironment(options)) },
  });
  const fallback = options.fallback ?? DEFAULTS;
  return {
    connection: {
      ...definedEntries(connectionOptions),
      address: connectionOptions.address ?? fallback.address,
      // Costs 5 to 10 % of the CPU and saves nothing on the payloads of this engine, which are pointers.
      grpcCompression: { codec: 'none' },
    },
    namespace: namespace ?? fallback.namespace,
  };
}

/** Connects to Temporal; close it with `client.connection.close()`. Throws an Error that names the address. */
export async function connectTemporal(options: TemporalOptions = {}): Promise<Client> {
  const { connection: settings, namespace } = temporalConfig(options);
  const { grpcCompression: _worker, ...shared } = settings;
  try {
    const connection = await Connection.connect({
      ...(shared as Parameters<typeof Connection.connect>[0]),
      ...(options.connectTimeoutMs && { connectTimeout: options.connectTimeoutMs }),
      interceptors: [makeGrpcRetryInterceptor(grpcRetry())],
    });
    return new Client({ connection, namespace });
  } catch (error) {
    const why = isGrpcServiceError(error)
      ? error.details
      : error instanceof Error
        ? error.message
        : String(error);
    throw new Error(`Temporal at ${settings.address} cannot be reached: ${why}`, { cause: error });
  }
}

// While a run closes, or its id starts twice within a second, the server answers RESOURCE_EXHAUSTED for some
// milliseconds. The SDK's back-off for that code begins at a second and stalls senders for many.
const RESOURCE_EXHAUSTED = 8;
const BUSY_ATTEMPTS = 40;
const BUSY_FIRST_MS = 25;
const BUSY_LONGEST_MS = 400;

/** The SDK's gRPC retries, but for a busy workflow: 25 ms × 1.5ⁿ up to 400 ms, for about 15 s. */
export function grpcRetry(): ReturnType<typeof defaultGrpcRetryOptions> {
  const usual = defaultGrpcRetryOptions();
  return {
    delayFunction(attempt, status) {
      if (status.code !== RESOURCE_EXHAUSTED) return usual.delayFunction(attempt, status);
      const spread = 0.8 + Math.random() * 0.4;
      return Math.min(BUSY_LONGEST_MS, BUSY_FIRST_MS * 1.5 ** (attempt - 1)) * spread;
    },
    retryableDecider(attempt, status) {
      if (status.code === RESOURCE_EXHAUSTED) return attempt < BUSY_ATTEMPTS;
      return usual.retryableDecider(attempt, status);
    },
  };
}

/** The options as the variables that the SDK's configuration reads: so they win over the environment and the file. */
function asEnvironment(options: TemporalOptions): Record<string, string | undefined> {
  return {
    TEMPORAL_ADDRESS: options.address,
    TEMPORAL_NAMESPACE: options.namespace,
    TEMPORAL_API_KEY: options.apiKey,
    TEMPORAL_TLS: options.tls === undefined ? undefined : String(options.tls),
    TEMPORAL_TLS_CLIENT_CERT_PATH: options.tlsCert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: options.tlsKey,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: options.tlsCa,
    TEMPORAL_TLS_SERVER_NAME: options.tlsServerName,
  };
}

function definedEntries<T>(from: Readonly<Record<string, T | undefined>> | object): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined && value !== ''));
}
