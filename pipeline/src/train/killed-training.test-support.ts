// A program: node killed-training.test-support.ts <storage URI> <n> <run>
// trains, and dies by SIGKILL right before the n-th time that it would change the storage.
import process from 'node:process';
import { openStorage, type Storage } from '@stockout/storage';
import { smallModel } from './model.test-support.ts';
import { train } from './train.ts';

const [uri = '', fatal, run] = process.argv.slice(2);

let changes = 0;
function countDown(): void {
  changes += 1;
  if (changes === Number(fatal)) process.kill(process.pid, 'SIGKILL');
}

const storage = openStorage(uri);
const deadly: Storage = {
  uri: storage.uri,
  read: (key) => storage.read(key),
  keys: (folder, options) => storage.keys(folder, options),
  list: (folder, options) => storage.list(folder, options),
  leftovers: (folder) => storage.leftovers(folder),
  localFile: (key) => storage.localFile(key),
  put: (key, content) => {
    countDown();
    return storage.put(key, content);
  },
  putIfAbsent: (key, content) => {
    countDown();
    return storage.putIfAbsent(key, content);
  },
  delete: (key) => {
    countDown();
    return storage.delete(key);
  },
};

await train({ model: smallModel(), storage: deadly }, { run });
