type Row = Record<string, number | null>;

/** Rows as the API's own document shows one, with other stocks. */
export async function exampleRows(endpoint: string, count: number): Promise<Row[]> {
  const document = (await (await fetch(`${endpoint}/openapi.json`)).json()) as OpenApi;
  const { example } = document.paths['/predict'].post.requestBody.content['application/json'];
  return Array.from({ length: count }, (_, inventory) => ({ ...example, inventory }));
}

interface OpenApi {
  paths: { '/predict': { post: { requestBody: { content: { 'application/json': { example: Row } } } } } };
}
