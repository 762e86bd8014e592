const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** `500m`, `2Gi`, `1e3` as a number. @throws Error on what is no quantity */
export function parseQuantity(text: number | string): number {
  const match = /^(?<number>[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?<unit>[numkMGTPE]|[KMGTPE]i)?$/.exec(
    String(text),
  );
  const factor = FACTORS[match?.groups?.unit ?? ''];
  if (!match?.groups || factor === undefined) throw new Error(`${text} is no quantity`);
  return Number(match.groups.number) * factor;
}
