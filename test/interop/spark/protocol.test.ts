import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installSpark } from './install.ts';

const OURS = new URL('../../../pipeline/src/engines/spark/connect/', import.meta.url);

let folder: string;
let published: protobuf.Root;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stockout-protos-'));
  const { sparkHome, python } = await installSpark();
  const jars = await readdir(join(sparkHome, 'jars'));
  const jar = jars.find((name) => name.startsWith('spark-connect_'));
  const unpack =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); z.extractall(sys.argv[2], [n for n in z.namelist() if n.endswith(".proto")])';
  await promisify(execFile)(python, ['-c', unpack, join(sparkHome, 'jars', jar ?? ''), folder]);
  published = new protobuf.Root();
  published.resolvePath = (_, target) =>
    target.startsWith('google/protobuf/') ? target : join(folder, target);
  await published.load(
    ['spark/connect/base.proto', 'google/rpc/status.proto', 'google/rpc/error_details.proto'],
    {
      keepCase: true,
    },
  );
  published.resolveAll();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(['spark-connect.proto', 'google-rpc.proto'])(
  'what %s declares is what Spark 4.2 publishes',
  (file) => {
    test('every message, field, number, type, enum value and call', async () => {
      const ours = protobuf.parse(await readFile(fileURLToPath(new URL(file, OURS)), 'utf8'), {
        keepCase: true,
      });
      const namespace = ours.root.lookup(ours.package ?? '') as protobuf.Namespace;
      const said = declarations(namespace);
      expect(said.length).toBeGreaterThan(5);
      const theirs = new Set(declarations(published.lookup(ours.package ?? '') as protobuf.Namespace));
      expect(said.filter((each) => !theirs.has(each))).toEqual([]);
    });
  },
);

/** One line for each thing that would go wrong if it were another. */
function declarations(namespace: protobuf.NamespaceBase): string[] {
  return namespace.nestedArray.flatMap((each): string[] => {
    if (each instanceof protobuf.Type) {
      const fields = each.fieldsArray.map((field) => `${each.fullName}.${fieldText(field)}`);
      return [...fields, ...declarations(each)];
    }
    if (each instanceof protobuf.Enum) {
      return Object.entries(each.values).map(([name, value]) => `${each.fullName}.${name} = ${value}`);
    }
    if (each instanceof protobuf.Service) {
      return each.methodsArray.map(
        (method) =>
          `${each.fullName}.${method.name}(${method.requestType}) ${method.responseStream ?? false} ${method.responseType}`,
      );
    }
    return each instanceof protobuf.Namespace ? declarations(each) : [];
  });
}

function fieldText(field: protobuf.Field): string {
  const key = field instanceof protobuf.MapField ? `map ${field.keyType} ` : '';
  const oneof = field.partOf?.name ?? '';
  return `${field.name}: ${field.repeated ? 'repeated ' : ''}${key}${field.type.split('.').at(-1)} = ${field.id} ${oneof}`;
}
