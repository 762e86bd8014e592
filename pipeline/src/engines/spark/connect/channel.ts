import {
  type ChannelCredentials,
  Client,
  type ClientReadableStream,
  type ServiceError,
  Metadata,
  credentials,
  status,
} from '@grpc/grpc-js';
import type { Connection } from './connection-string.ts';
import type { Method } from './protocol.ts';

/** How long is waited for what, in milliseconds. */
export interface Timeouts {
  /** For the answer to a call that takes no time. */
  call: number;
  /** Of silence in a stream of results before the server is asked whether it lives. */
  silence: number;
  /** Of trying again, with pauses, until the server is given up: when it is first spoken to, and in the middle. */
  patienceAtFirst: number;
  patience: number;
}

const TIMEOUTS: Timeouts = {
  call: 30_000,
  silence: 60_000,
  patienceAtFirst: 10_000,
  patience: 120_000,
};

/** Calls to one server; nothing is tried again here. */
export class Channel {
  readonly address: string;
  readonly timeouts: Timeouts;
  readonly #client: Client;
  readonly #metadata: Metadata;

  constructor(connection: Connection, timeouts: Timeouts = TIMEOUTS) {
    this.address = connection.address;
    this.timeouts = timeouts;
    this.#client = new Client(connection.address, credentialsOf(connection), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      // Finds a peer that is gone without a word, as after a node's end.
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 20_000,
      'grpc.primary_user_agent': connection.userAgent,
      'grpc.enable_retries': 0,
    });
    this.#metadata = new Metadata();
    for (const [key, value] of Object.entries(connection.headers)) this.#metadata.set(key, value);
    if (connection.token !== undefined) this.#metadata.set('authorization', `Bearer ${connection.token}`);
  }

  /** @throws ServiceError, DEADLINE_EXCEEDED after `timeouts.call` */
  call<Request extends object, Response>(
    { path, serialize, deserialize }: Method<Request, Response>,
    request: Request,
    milliseconds = this.timeouts.call,
  ): Promise<Response> {
    const deadline = new Date(Date.now() + milliseconds);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        serialize,
        deserialize,
        request,
        this.#metadata,
        { deadline },
        (error: ServiceError | null, response?: Response) =>
          error === null ? resolve(response as Response) : reject(error),
      );
    });
  }

  stream<Request extends object, Response>(
    { path, serialize, deserialize }: Method<Request, Response>,
    request: Request,
  ): ClientReadableStream<Response> {
    return this.#client.makeServerStreamRequest(path, serialize, deserialize, request, this.#metadata);
  }

  close(): void {
    this.#client.close();
  }
}

function credentialsOf({ tls, certificateAuthority }: Connection): ChannelCredentials {
  if (!tls) return credentials.createInsecure();
  return credentials.createSsl(certificateAuthority === undefined ? null : Buffer.from(certificateAuthority));
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && typeof (error as Partial<ServiceError>).code === 'number';
}

export { status };
