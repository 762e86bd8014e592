import type { ObjectService } from './object-service.ts';

const services = new Map<string, Promise<ObjectService>>();

/**
 * The service that was opened under these settings before, or a new one.
 * @param settings all that makes it this one, credentials included
 */
export function shared(settings: string, open: () => Promise<ObjectService>): Promise<ObjectService> {
  const known = services.get(settings);
  if (known !== undefined) return known;
  const opened = open();
  services.set(settings, opened);
  // What could not be opened is tried anew.
  opened.catch(() => services.delete(settings));
  return opened;
}
