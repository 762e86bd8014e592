export interface Quadrature {
  /** Within (0, 1), rising. */
  points: number[];
  weights: number[];
}

/**
 * Gauss-Legendre quadrature on [0, 1]: exact for polynomials up to degree 2 x `count` - 1. Points are the roots of
 * the Legendre polynomial, found by Newton's method (Press et al., Numerical Recipes, 4.6).
 */
export function gaussLegendre(count: number): Quadrature {
  const roots = Array.from({ length: count }, (_, index) => {
    const guess = -Math.cos((Math.PI * (index + 0.75)) / (count + 0.5));
    return polish(guess, count);
  });
  const points = roots.map((root) => (1 + root) / 2);
  const weights = roots.map((root) => 1 / ((1 - root ** 2) * legendre(root, count).slope ** 2));
  return { points, weights };
}

function polish(guess: number, degree: number): number {
  let root = guess;
  // Converges quadratically: five steps are more than 64 bits need.
  for (let step = 0; step < 8; step++) {
    const { value, slope } = legendre(root, degree);
    root -= value / slope;
  }
  return root;
}

/** The Legendre polynomial and its derivative, by the three-term recurrence. */
function legendre(x: number, degree: number): { value: number; slope: number } {
  let [before, value] = [0, 1];
  for (let n = 1; n <= degree; n++) {
    [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
  }
  return { value, slope: (degree * (x * value - before)) / (x ** 2 - 1) };
}
