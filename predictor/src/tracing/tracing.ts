import {
  type Attributes,
  createTraceState,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type BatchSpanProcessorOptions,
  ParentBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Log } from '../log.ts';
import { samplerOf } from './sampler.ts';
import type { TraceParent } from './traceparent.ts';

/** Under which the spans are found where OTEL_SERVICE_NAME says nothing else. */
const SERVICE_NAME = 'stockout-predictor';

function silent(): void {}

/** Server spans of scoring requests, sent to an OTLP endpoint. All is set by the standard variables (OTEL_...). */
export class Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor(env: NodeJS.ProcessEnv, log: Log) {
    // What is told again and again, as that nobody answers at the endpoint, is told once.
    let told = '';
    const tell = (message: string): void => {
      if (message !== told) log('warn', `tracing: ${message}`);
      told = message;
    };
    diag.setLogger(
      { error: tell, warn: tell, info: silent, debug: silent, verbose: silent },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
    const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'];
    if (protocol !== undefined && protocol !== '' && protocol !== 'http/protobuf') {
      tell(`the protocol ${protocol} is not spoken, http/protobuf is`);
    }
    const sampler = samplerOf(env);
    if (sampler === undefined) tell('OTEL_TRACES_SAMPLER or its _ARG is none that is known: all is sampled');
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': SERVICE_NAME }).merge(
        detectResources({ detectors: [envDetector] }),
      ),
      sampler: sampler ?? new ParentBasedSampler({ root: new AlwaysOnSampler() }),
      spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...batchesOf(env) })],
    });
    this.#tracer = this.#provider.getTracer('stockout');
  }

  /** Opens the span of a request. */
  begin(name: string, parent: TraceParent | undefined, state: unknown, attributes: Attributes): RequestSpan {
    const context = parent === undefined ? ROOT_CONTEXT : remoteContext(parent, state);
    return new RequestSpan(this.#tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, context));
  }

  /** Sends what is left. Never rejects, and takes as long as OTEL_EXPORTER_OTLP_TIMEOUT at the most. */
  async close(): Promise<void> {
    await this.#provider.shutdown().catch(() => {});
  }
}

/** One request that is traced. */
export class RequestSpan {
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  /** @param failed whether the fault is ours: refusals of what callers send are none (semantic conventions) */
  end(attributes: Attributes, failed: boolean): void {
    this.#span.setAttributes(attributes);
    if (failed) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}

function remoteContext({ traceId, spanId, flags }: TraceParent, state: unknown) {
  const traceState = typeof state === 'string' ? createTraceState(state) : undefined;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: flags & 1,
    isRemote: true,
    ...(traceState && { traceState }),
  });
}

/** How spans are collected before they are sent, by the standard variables. */
function batchesOf(env: NodeJS.ProcessEnv): Partial<BatchSpanProcessorOptions> {
  const numbers = {
    scheduledDelayMillis: Number(env['OTEL_BSP_SCHEDULE_DELAY']),
    exportTimeoutMillis: Number(env['OTEL_BSP_EXPORT_TIMEOUT']),
    maxQueueSize: Number(env['OTEL_BSP_MAX_QUEUE_SIZE']),
    maxExportBatchSize: Number(env['OTEL_BSP_MAX_EXPORT_BATCH_SIZE']),
  };
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value > 0));
}
