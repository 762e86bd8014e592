/** The instant as metav1.Time writes it: whole seconds, UTC. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

export const now = (): string => timestamp(Date.now());
