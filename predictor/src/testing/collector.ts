import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';

/** What is looked at of OTLP 1.x: opentelemetry/proto/trace/v1/trace.proto and what it includes. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Export { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; int64 int_value = 3; double double_value = 4; } }
  message Span {
    bytes trace_id = 1; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    repeated KeyValue attributes = 9; Status status = 15;
  }
  message Status { int32 code = 3; }
`);
const Export = root.lookupType('Export');

interface KeyValue {
  key: string;
  value: Record<string, string | number>;
}

interface Exported {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: {
      spans: {
        traceId: Uint8Array;
        parentSpanId?: Uint8Array;
        name: string;
        kind: number;
        attributes: KeyValue[];
        status?: { code?: number };
      }[];
    }[];
  }[];
}

export interface CollectedSpan {
  service: unknown;
  traceId: string;
  /** Of the caller; undefined for a trace that begins with us. */
  parentId: string | undefined;
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
  failed: boolean;
}

/** A collector of traces that speaks OTLP over HTTP, in protocol buffers. */
export class Collector implements AsyncDisposable {
  readonly #server: Server;
  readonly spans: CollectedSpan[] = [];
  /** All that was received, as it came. */
  received = '';

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        if (req.method === 'POST' && req.url === '/v1/traces') this.#take(Buffer.concat(chunks));
        res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
  }

  static async start(): Promise<Collector> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Collector(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #take(body: Buffer): void {
    this.received += body.toString('latin1');
    const exported = Export.toObject(Export.decode(body), { longs: Number, arrays: true }) as Exported;
    for (const { resource, scopeSpans } of exported.resourceSpans) {
      const service = valuesOf(resource.attributes)['service.name'];
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const parentId = hex(span.parentSpanId ?? new Uint8Array());
        this.spans.push({
          service,
          traceId: hex(span.traceId),
          parentId: parentId === '' ? undefined : parentId,
          name: span.name,
          kind: span.kind,
          attributes: valuesOf(span.attributes),
          failed: span.status?.code === 2,
        });
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function valuesOf(attributes: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value['stringValue'] ?? value['intValue']]),
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
