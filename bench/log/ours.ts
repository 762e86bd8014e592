// A process that opens one table and ends: node ours.ts <folder> -> a line of JSON.
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { openDuckDB } from '@stockout/features';
import { openStorage } from '@stockout/storage';
import { loadSnapshot } from '../../pipeline/src/tables/snapshot.ts';

const [folder = ''] = process.argv.slice(2);
await using db = await openDuckDB();
const storage = openStorage(pathToFileURL(folder).href);
const { version, files } = await loadSnapshot(db, { storage, path: '', name: folder });
console.log(JSON.stringify({ version, files: files.size }));
