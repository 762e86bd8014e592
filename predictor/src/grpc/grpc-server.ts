import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type ConnectionInjector, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath as healthProto } from 'grpc-health-check';
import type { Runtime } from '../runtime.ts';
import { callerGuard } from './caller-guard.ts';
import { Health } from './health.ts';
import { openInferenceService, SERVICE, withRawInference } from './inference-service.ts';

const PROTO = fileURLToPath(new URL('open-inference.proto', import.meta.url));
const OPTIONS = { keepCase: true, longs: Number, enums: String, defaults: true };
/** Calls of one connection at a time, as gRPC recommends at the least. */
const CONCURRENT_CALLS = 100;
/** Connections without a call are closed: clients open another by themselves. */
const IDLE_MS = 600_000;

/** The Open Inference Protocol, health and reflection by gRPC, on connections that somebody else accepts. */
export class GrpcServer {
  readonly #server: Server;
  readonly #connections: ConnectionInjector;
  readonly #health: Health;

  constructor(runtime: Runtime) {
    this.#server = new Server({
      'grpc.max_receive_message_length': runtime.limits.grpcBytes,
      'grpc.max_concurrent_streams': CONCURRENT_CALLS,
      'grpc.max_connection_idle_ms': IDLE_MS,
      'grpc.enable_channelz': 0,
      interceptors: runtime.gate.guards ? [callerGuard(runtime)] : [],
    });
    const definitions = loadSync([PROTO, healthProto], OPTIONS);
    const service = definitions[SERVICE] as ServiceDefinition;
    this.#server.addService(withRawInference(service), openInferenceService(runtime));
    this.#health = new Health(runtime.lifecycle, SERVICE);
    this.#health.addToServer(this.#server);
    new ReflectionService(definitions).addToServer(this.#server);
    this.#connections = this.#server.createConnectionInjector(ServerCredentials.createInsecure());
  }

  inject(socket: Socket): void {
    this.#connections.injectConnection(socket);
  }

  /** Asks clients to go elsewhere, and breaks off the calls that are left after `graceMs`. */
  drain(graceMs: number): void {
    this.#connections.drain(graceMs);
  }

  close(): void {
    this.#health.close();
    this.#server.forceShutdown();
  }
}
