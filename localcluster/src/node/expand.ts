/** `$(NAME)` from the environment, `$$(NAME)` as it is, an unknown name as it is: as the kubelet expands. */
export function expand(text: string, env: Record<string, string>): string {
  return text.replaceAll(/\$\$|\$\((?<name>[^()]*)\)/g, (whole, name: string | undefined) => {
    if (whole === '$$') return '$';
    return name !== undefined && Object.hasOwn(env, name) ? (env[name] ?? whole) : whole;
  });
}
