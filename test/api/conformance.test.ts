import process from 'node:process';
import { conformance } from '../conformance/conformance.ts';

conformance(() => process.env.KUBECONFIG ?? '');
