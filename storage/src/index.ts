export { openStorage } from './open-storage.ts';
export {
  type Content,
  type LocalFile,
  NotFoundError,
  OutsideError,
  type Storage,
  type StoredObject,
  TooLargeError,
} from './port.ts';
