import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

const PARENT_BASED = 'parentbased_';

/**
 * The sampler that the standard variables ask for: OTEL_TRACES_SAMPLER and, for a ratio, OTEL_TRACES_SAMPLER_ARG.
 * @returns undefined for a name or a ratio that is none
 */
export function samplerOf(env: NodeJS.ProcessEnv): Sampler | undefined {
  const name = env['OTEL_TRACES_SAMPLER'] || `${PARENT_BASED}always_on`;
  const followsParent = name.startsWith(PARENT_BASED);
  const root = rootOf(followsParent ? name.slice(PARENT_BASED.length) : name, env['OTEL_TRACES_SAMPLER_ARG']);
  return root !== undefined && followsParent ? new ParentBasedSampler({ root }) : root;
}

function rootOf(name: string, argument = '1'): Sampler | undefined {
  if (name === 'always_on') return new AlwaysOnSampler();
  if (name === 'always_off') return new AlwaysOffSampler();
  const ratio = argument.trim() === '' ? 1 : Number(argument);
  if (name !== 'traceidratio' || !(ratio >= 0 && ratio <= 1)) return undefined;
  return new TraceIdRatioBasedSampler(ratio);
}
