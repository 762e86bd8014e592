export { openStorage } from './open-storage.ts';
export { type Content, type LocalFile, NotFoundError, type Storage, type StoredObject } from './port.ts';
