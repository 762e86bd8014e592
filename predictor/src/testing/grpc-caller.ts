import { fileURLToPath } from 'node:url';
import {
  type Client,
  type ClientOptions,
  type ClientUnaryCall,
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';

const PROTOS = [fileURLToPath(new URL('../grpc/open-inference.proto', import.meta.url)), protoPath];
const OPTIONS = { keepCase: true, longs: Number, enums: String, arrays: false };
const loaded = loadPackageDefinition(loadSync(PROTOS, OPTIONS));

type Call = (
  request: object,
  metadata: Metadata,
  done: (error: ServiceError | null, answer: object) => void,
) => ClientUnaryCall;

/** Calls a gRPC service by the names of its .proto file. */
export class GrpcCaller implements Disposable {
  readonly #client: Client;

  /**
   * @param service as `inference.GRPCInferenceService`
   * @param ca a certificate to trust, in PEM; without, the service is called without TLS
   */
  constructor(address: string, service: string, options: ClientOptions = {}, ca?: string) {
    const names = service.split('.');
    const found = names.reduce((scope, name) => scope[name] as GrpcObject, loaded) as unknown;
    const Service = found as ServiceClientConstructor;
    this.#client = new Service(
      address,
      ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(ca)),
      options,
    );
  }

  /** @throws ServiceError */
  call<T extends object>(
    method: string,
    request: object = {},
    headers: Record<string, string> = {},
  ): Promise<T> {
    return new Promise((resolve, reject) =>
      this.#begin(method, request, headers, (error, answer) =>
        error === null ? resolve(answer as T) : reject(error),
      ),
    );
  }

  /** What is told beside an answer: ahead of it, or behind the status of a call that is refused. */
  tellsBeside(method: string, request: object, headers: Record<string, string>): Promise<Metadata> {
    return new Promise((resolve) => {
      const call = this.#begin(method, request, headers, (error) => error && resolve(error.metadata));
      call.on('metadata', resolve);
    });
  }

  #begin(
    method: string,
    request: object,
    headers: Record<string, string>,
    done: Parameters<Call>[2],
  ): ClientUnaryCall {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const call = (this.#client as unknown as Record<string, Call>)[method]!.bind(this.#client);
    return call(request, metadata, done);
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
