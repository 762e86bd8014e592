/** How a caller shows who he is: by the names of the security schemes in openapi.json. */
const KINDS = {
  apiKey: {
    name: 'API key',
    headers: (value) => ({ 'X-API-Key': value }),
    shell: '-H "X-API-Key: $API_KEY"',
    sent: 'Sent as X-API-Key, kept nowhere.',
  },
  token: {
    name: 'Token',
    headers: (value) => ({ Authorization: `Bearer ${value}` }),
    shell: '-H "Authorization: Bearer $TOKEN"',
    sent: 'Sent as Bearer, kept nowhere.',
  },
};
/** Three parts of letters and digits: no API key looks so by chance. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const field = document.getElementById('api-key');
let taken = [];

/** Asks for what the operation takes, either of which is enough. @param security as OpenAPI has it */
export function askForCredential(security) {
  taken = security.flatMap((scheme) => Object.keys(scheme));
  document.getElementById('key').hidden = taken.length === 0;
  if (taken.length === 0) return;
  const names = taken.map((name) => KINDS[name].name);
  document.querySelector('label[for="api-key"]').textContent = names.join(' or ').replace(' Token', ' token');
  document.getElementById('api-key-hint').textContent =
    taken.length > 1 ? 'Kept nowhere.' : KINDS[taken[0]].sent;
}

/** The headers of a request; none while the field is empty. */
export function credentialHeaders() {
  return field.value === '' || taken.length === 0 ? {} : kind().headers(field.value);
}

/** The same for curl, as a variable of the shell; empty where nothing is asked for. */
export function credentialInShell() {
  return taken.length === 0 ? '' : ` \\\n  ${kind().shell}`;
}

/** What is wrong with what was shown. @param why the predictor's own words */
export function credentialError(why) {
  if (field.value === '') return taken.includes('apiKey') ? 'An API key is needed.' : 'A token is needed.';
  return kind() === KINDS.token ? why : 'This key is not valid.';
}

function kind() {
  const [only, other] = taken;
  return KINDS[other === undefined ? only : TOKEN.test(field.value) ? 'token' : 'apiKey'];
}
