const REPOSITORY = new URL('../../../', import.meta.url);

/** The data that the demo's story is told with, and what is known of it. */
export interface Scene {
  /** Raw rows: a file of the repository. */
  data: string;
  /** Whose rows they are and under which licence, where they are others'. */
  attribution?: string;
  /** The folder of the manifests and of the sample request. */
  samples: URL;
  /** What its StockoutModel is called. */
  model: string;
  /** How the sample request is answered. */
  expected: { least: number; most: number; label: 0 | 1 };
}

/** The synthetic data, and the request of the service that stood here before. */
export const RETAIL: Scene = {
  data: 'data/retail_stockout_data.parquet',
  samples: new URL('config/samples/', REPOSITORY),
  model: 'retail',
  expected: { least: 0.85, most: 0.99, label: 1 },
};

/** Real shops: the columns' own names, no price, no stock level. */
export const FRESH_RETAIL: Scene = {
  data: 'data/freshretailnet_60_stores.parquet',
  attribution: 'FreshRetailNet-50K by Dingdong-Inc, CC-BY-4.0, see data/README.md',
  samples: new URL('config/samples/real/', REPOSITORY),
  model: 'freshretail',
  expected: { least: 0.45, most: 0.65, label: 1 },
};

export function dataOf({ data }: Scene): URL {
  return new URL(data, REPOSITORY);
}
