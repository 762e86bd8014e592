import { expect, it } from 'vitest';
import { Circuit } from './circuit.ts';

function failing(times: number, now = 0): Circuit {
  const circuit = new Circuit();
  for (let time = 0; time < times; time++) circuit.failed(now);
  return circuit;
}

it('goes on after a few failures, and pauses a second after five in a row', () => {
  expect(failing(4)).toMatchObject({ closed: true });
  const circuit = failing(5, 100);
  expect(circuit.closed).toBe(false);
  expect([circuit.wait(100), circuit.wait(600), circuit.wait(2_000)]).toEqual([1_000, 500, 0]);
});

it('pauses twice as long after each attempt that fails, half a minute at the most', () => {
  const circuit = failing(5);
  let now = 0;
  const pauses = Array.from({ length: 7 }, () => {
    now += circuit.wait(now);
    circuit.failed(now);
    return circuit.wait(now);
  });
  expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

it('does not pause longer for requests that were under way when the pause began', () => {
  const circuit = failing(8);
  expect(circuit.wait(0)).toBe(1_000);
});

it('forgets everything with one answer', () => {
  const circuit = failing(5);
  circuit.answered();
  expect(circuit.closed).toBe(true);
  for (let time = 0; time < 5; time++) circuit.failed(0);
  expect(circuit.wait(0)).toBe(1_000);
});
