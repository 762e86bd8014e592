import type { Admission, Cause } from '../admission/index.ts';

export interface Problem {
  /** A path such as spec.gates[0].metric; empty for the document as a whole. */
  field: string;
  message: string;
}

/** What an API server would refuse, in words for people: unknown fields are errors, nothing is said twice. */
export function problemsIn({ warnings, causes }: Admission): Problem[] {
  const unknown = warnings.map((warning) => ({
    field: /"(.*)"/.exec(warning)?.[1] ?? '',
    message: 'unknown field, remove it or correct its name',
  }));
  return [...unknown, ...causes.filter((cause) => !isHint(cause)).map(problemOf)];
}

/** That rules were not asked because of the other errors: the next reading tells. */
function isHint({ message }: Cause): boolean {
  return message.includes('some validation rules were not checked');
}

/** The API server has no field for errors of a whole object and of anyOf and its kin; these name it in the message. */
function problemOf({ field, message }: Cause): Problem {
  if (field !== '<nil>') return { field, message };
  const [, named] = /^Invalid value: "": "([^"]+)" must /.exec(message) ?? [];
  return { field: named ?? 'metadata.name', message };
}
