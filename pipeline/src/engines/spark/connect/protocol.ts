import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

/** The messages in use, by the name that they have in the .proto files. */
const root = new protobuf.Root().loadSync(
  ['google-rpc.proto', 'spark-connect.proto'].map((file) => fileURLToPath(new URL(file, import.meta.url))),
);

/** One call of the service: its path, and how its messages become bytes. */
export interface Method<Request, Response> {
  path: string;
  serialize: (request: Request) => Buffer;
  deserialize: (bytes: Buffer) => Response;
}

const SERVICE = 'spark.connect.SparkConnectService';
// 64-bit numbers here are counts of rows and tasks, far below 2^53.
const AS_OBJECT = { longs: Number, enums: String, defaults: true };

export function methodOf<Request extends object, Response>(name: string): Method<Request, Response> {
  const { requestType, responseType } = root.lookupService(SERVICE).methods[name] ?? {};
  if (requestType === undefined || responseType === undefined) throw new TypeError(`no method ${name}`);
  const request = root.lookupType(`spark.connect.${requestType}`);
  return {
    path: `/${SERVICE}/${name}`,
    serialize: (message) => Buffer.from(request.encode(request.fromObject(message)).finish()),
    deserialize: (bytes) => decodeAs<Response>(`spark.connect.${responseType}`, bytes),
  };
}

export function decodeAs<T>(type: string, bytes: Uint8Array): T {
  const found = root.lookupType(type);
  return found.toObject(found.decode(bytes), AS_OBJECT) as T;
}

/** A query as the protocol nests it. */
export interface Relation {
  common: { planId: number };
  sql: { query: string };
}

interface WriteOperation {
  input: Relation;
  source: 'delta';
  path: string;
  mode: 'SAVE_MODE_APPEND' | 'SAVE_MODE_OVERWRITE';
  options: Record<string, string>;
}

export type Plan =
  | { root: Relation }
  | { command: { sqlCommand: { input: Relation } } }
  | { command: { writeOperation: WriteOperation } };

interface StageInfo {
  numTasks: number;
  numCompletedTasks: number;
}

/** One message of a running plan. */
export interface ExecuteResponse {
  serverSideSessionId: string;
  responseId: string;
  arrowBatch?: { rowCount: number; data: Uint8Array };
  sqlCommandResult?: { relation?: Relation };
  resultComplete?: object;
  executionProgress?: { stages: StageInfo[] };
}

/** What the server knows of an error beyond its message. */
export interface ErrorDetails {
  rootErrorIdx?: number;
  errors: {
    message: string;
    errorTypeHierarchy: string[];
    sparkThrowable?: { errorClass?: string; sqlState?: string; queryContexts: { fragment: string }[] };
  }[];
}
