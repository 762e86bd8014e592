/** Says what is wrong with a name, in Kubernetes' words; undefined when nothing is. */
export type NameProblem = (name: string) => string | undefined;

function rule(pattern: string, what: string, examples: string): NameProblem {
  const expression = new RegExp(`^${pattern}$`);
  const message = `${what} (e.g. ${examples}, regex used for validation is '${pattern}')`;
  return (name) => (expression.test(name) ? undefined : message);
}

export const subdomainProblem = rule(
  String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  "'example.com'",
);

const dnsLabel = rule(
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?',
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  "'my-name',  or '123-abc'",
);

export const labelProblem: NameProblem = (name) =>
  name.includes('.') ? 'must not contain dots' : dnsLabel(name);

/** Of Services, which are names in the DNS. */
export const serviceNameProblem = rule(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  "'my-name',  or 'abc-123'",
);

export const labelValueProblem = rule(
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  "'MyValue',  or 'my_value',  or '12345'",
);

const namePart = rule(
  '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  "'MyName',  or 'my.name',  or '123-abc'",
);

/** Of labels and annotations: a name, or a domain and a name. */
export const keyProblem: NameProblem = (key) => namePart(key.slice(key.lastIndexOf('/') + 1));

export const configKeyProblem = rule(
  '[-._a-zA-Z0-9]+',
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  "'key.name',  or 'KEY_NAME',  or 'key-name'",
);
