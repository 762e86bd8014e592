// Scores a block of rows on all trees, a bit a row: compiled to src/trees/generated/block-kernel.wasm by `npm run generate`.
// What lies where in memory is laid out by src/trees/block-layout.ts, which also says why it is done so.

/** Of one feature that the trees ask for. */
@unmanaged
class Feature {
  column: i32;
  /** 2^n - 1 of them, ascending, filled up with NaN, which no value reaches. */
  thresholds: usize;
  /** The first step of the search among them, 2^(n - 1). */
  stride: usize;
  /** Thresholds without what fills them up. */
  count: i32;
  /** Where the answers go, 16 bytes a threshold, of nodes that send missing values to the left; 0 for no such node. */
  left: usize;
  right: usize;
}

@unmanaged
class Tree {
  /** -1 for a tree that is walked row by row. */
  depth: i32;
  nodes: usize;
  leaves: usize;
}

@unmanaged
class Forest {
  /** Rows of `width` 32-bit floats. */
  rows: usize;
  width: i32;
  /** A 32-bit float a row. */
  margins: usize;
  baseMargin: f32;
  features: usize;
  featureCount: i32;
  trees: usize;
  treeCount: i32;
  /** Rows by rank, 16 bytes a rank, all zero between calls; in front of them those without a value. */
  ranks: usize;
  /** A byte a row. */
  leafOfRow: usize;
  /** Answers to all tests, 16 bytes each. */
  answers: usize;
}

/** Margins of the first `rows` of a block of 128. */
export function score(forest: Forest, rows: i32): void {
  for (let index = 0; index < forest.featureCount; index++) {
    const feature = changetype<Feature>(forest.features + index * offsetof<Feature>());
    rankRows(forest, feature, rows);
    answerTests(forest, feature);
  }
  for (let row = 0; row < rows; row++) store<f32>(forest.margins + (row << 2), forest.baseMargin);
  for (let index = 0; index < forest.treeCount; index++) {
    const tree = changetype<Tree>(forest.trees + index * offsetof<Tree>());
    if (tree.depth < 0) walkRows(forest, tree, rows);
    else {
      findLeaves(forest.answers, tree, forest.leafOfRow);
      addLeaves(forest, tree.leaves, rows);
    }
  }
}

/** Sets each row's bit at the rank of its value: the number of thresholds that it reaches. */
function rankRows(forest: Forest, feature: Feature, rows: i32): void {
  const thresholds = feature.thresholds;
  const stride = feature.stride;
  const ranks = forest.ranks;
  const step = <usize>forest.width << 2;
  let at = forest.rows + (<usize>feature.column << 2);
  for (let row = 0; row < rows; row++, at += step) {
    const value = load<f32>(at);
    let next = thresholds;
    for (let ahead = stride; ahead > 0; ahead >>= 1) {
      const reached = value >= load<f32>(next + (ahead << 2) - 4);
      next += select<usize>(ahead << 2, 0, reached);
    }
    const slot = select<usize>((next - thresholds) << 2, -16, value == value);
    const byte = ranks + slot + (row >> 3);
    store<u8>(byte, <u32>load<u8>(byte) | (<u32>1 << (row & 7)));
  }
}

/** A row reaches a threshold when its rank is that high or higher. Leaves the ranks empty. */
function answerTests(forest: Forest, feature: Feature): void {
  const ranks = forest.ranks;
  const left = feature.left;
  const right = feature.right;
  const none = i32x4.splat(0);
  const missing = v128.load(ranks - 16);
  let reached = none;
  for (let rank = <usize>feature.count << 4; rank > 0; rank -= 16) {
    reached = v128.or(reached, v128.load(ranks + rank));
    v128.store(ranks + rank, none);
    if (left != 0) v128.store(left + rank - 16, reached);
    if (right != 0) v128.store(right + rank - 16, v128.or(reached, missing));
  }
  v128.store(ranks, none);
  v128.store(ranks - 16, none);
}

// A tree's tests, level by level: that of the rows whose steps so far were s0, s1, ... (1 for a step to the right) is number
// s0 + 2 s1 + 4 s2 + ... of its level. What a row's next step is, the last step chooses from two halves of the level, each of
// which was chosen from before: only one choice waits for the step before it.

@inline function answer(answers: usize, test: usize): v128 {
  return v128.load(answers + (<usize>load<u16>(test) << 4));
}
@inline function of2(answers: usize, test: usize, s0: v128): v128 {
  return v128.bitselect(answer(answers, test + 2), answer(answers, test), s0);
}
@inline function of4(answers: usize, test: usize, s0: v128, s1: v128): v128 {
  return v128.bitselect(of2(answers, test + 4, s0), of2(answers, test, s0), s1);
}
@inline function of8(answers: usize, test: usize, s0: v128, s1: v128, s2: v128): v128 {
  return v128.bitselect(of4(answers, test + 8, s0, s1), of4(answers, test, s0, s1), s2);
}
@inline function of16(answers: usize, test: usize, s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  return v128.bitselect(of8(answers, test + 16, s0, s1, s2), of8(answers, test, s0, s1, s2), s3);
}
@inline function of32(answers: usize, test: usize, s0: v128, s1: v128, s2: v128, s3: v128, s4: v128): v128 {
  return v128.bitselect(of16(answers, test + 32, s0, s1, s2, s3), of16(answers, test, s0, s1, s2, s3), s4);
}

function findLeaves(answers: usize, tree: Tree, leafOfRow: usize): void {
  const depth = tree.depth;
  const tests = tree.nodes;
  const none = i32x4.splat(0);
  let s1 = none, s2 = none, s3 = none, s4 = none, s5 = none, s6 = none, s7 = none;
  const s0 = answer(answers, tests);
  if (depth > 1) s1 = of2(answers, tests + 2, s0);
  if (depth > 2) s2 = of4(answers, tests + 6, s0, s1);
  if (depth > 3) s3 = of8(answers, tests + 14, s0, s1, s2);
  if (depth > 4) s4 = of16(answers, tests + 30, s0, s1, s2, s3);
  if (depth > 5) s5 = of32(answers, tests + 62, s0, s1, s2, s3, s4);
  if (depth > 6) {
    s6 = v128.bitselect(of32(answers, tests + 190, s0, s1, s2, s3, s4), of32(answers, tests + 126, s0, s1, s2, s3, s4), s5);
  }
  if (depth > 7) {
    const first = v128.bitselect(of32(answers, tests + 318, s0, s1, s2, s3, s4), of32(answers, tests + 254, s0, s1, s2, s3, s4), s5);
    const second = v128.bitselect(of32(answers, tests + 446, s0, s1, s2, s3, s4), of32(answers, tests + 382, s0, s1, s2, s3, s4), s5);
    s7 = v128.bitselect(second, first, s6);
  }
  // From a vector a step to a byte a row: bytes of the same eight rows side by side, then their 8 x 8 bits turned.
  const p01 = low8(s0, s1), q01 = high8(s0, s1);
  const p23 = low8(s2, s3), q23 = high8(s2, s3);
  const p45 = low8(s4, s5), q45 = high8(s4, s5);
  const p67 = low8(s6, s7), q67 = high8(s6, s7);
  storeQuarter(leafOfRow, low16(p01, p23), low16(p45, p67));
  storeQuarter(leafOfRow + 32, high16(p01, p23), high16(p45, p67));
  storeQuarter(leafOfRow + 64, low16(q01, q23), low16(q45, q67));
  storeQuarter(leafOfRow + 96, high16(q01, q23), high16(q45, q67));
}

@inline function low8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
@inline function high8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
@inline function low16(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
@inline function high16(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
@inline function storeQuarter(to: usize, low: v128, high: v128): void {
  v128.store(to, turn(i32x4.shuffle(low, high, 0, 4, 1, 5)));
  v128.store(to + 16, turn(i32x4.shuffle(low, high, 2, 6, 3, 7)));
}
/** Bit i of byte j becomes bit j of byte i, in each half. */
@inline function turn(bits: v128): v128 {
  bits = swap(bits, 7, i64x2.splat(0x00aa00aa00aa00aa));
  bits = swap(bits, 14, i64x2.splat(0x0000cccc0000cccc));
  return swap(bits, 28, i64x2.splat(0x00000000f0f0f0f0));
}
@inline function swap(bits: v128, by: i32, mask: v128): v128 {
  const moved = v128.and(v128.xor(bits, i64x2.shr_u(bits, by)), mask);
  return v128.xor(v128.xor(bits, moved), i64x2.shl(moved, by));
}

/** Adds each row's leaf to its margin, four rows at a time: also to those that fill up the last four. */
function addLeaves(forest: Forest, leaves: usize, rows: i32): void {
  let leaf = forest.leafOfRow;
  let margin = forest.margins;
  for (let row = 0; row < rows; row += 4, leaf += 4, margin += 16) {
    let values = v128.load32_zero(leaves + (<usize>load<u8>(leaf) << 2));
    values = v128.load_lane<f32>(leaves + (<usize>load<u8>(leaf, 1) << 2), values, 1);
    values = v128.load_lane<f32>(leaves + (<usize>load<u8>(leaf, 2) << 2), values, 2);
    values = v128.load_lane<f32>(leaves + (<usize>load<u8>(leaf, 3) << 2), values, 3);
    v128.store(margin, f32x4.add(v128.load(margin), values));
  }
}

/** A tree that would be too large with all its levels full: each row goes from node to node, eight bytes each. */
function walkRows(forest: Forest, tree: Tree, rows: i32): void {
  const answers = forest.answers;
  for (let row = 0; row < rows; row++) {
    const byte = answers + (row >> 3);
    let node = tree.nodes;
    for (let ahead = load<u32>(node); ahead != 0; ahead = load<u32>(node)) {
      const bits = <u32>load<u8>(byte + (<usize>load<u32>(node, 4) << 4));
      node += ahead + (((bits >> (row & 7)) & 1) << 3);
    }
    const margin = forest.margins + (row << 2);
    store<f32>(margin, load<f32>(margin) + load<f32>(node, 4));
  }
}
