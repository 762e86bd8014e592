import { existsSync } from 'node:fs';
import { inject } from 'vitest';
import { until } from '../../conformance/until.ts';

// Its installation by pip and Maven takes up to two minutes, once.
await until('Spark answers, or does not start', () => existsSync(inject('sparkStart')), 600);
