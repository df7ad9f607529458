/** A stream of random numbers that its key alone decides, on every machine. */
export interface Random {
  /** A whole number from 0 to 2³² - 1. */
  integer(): number;
  /** A number from 0 (included) to 1 (excluded), with 32 random bits. */
  uniform(): number;
  /** A number from the normal distribution with mean 0 and standard deviation 1. */
  normal(): number;
}

/**
 * A generator (sfc32 of PractRand) started from a key such as `(seed, "shuffle", epochIndex)`. Streams of different keys
 * are independent, so a resumed run needs to know where it is, not how many numbers were drawn before.
 */
export function createRandom(...key: readonly (number | string)[]): Random {
  let [a, b, c] = hashKey(key);
  let counter = 1;
  function integer(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  }
  const uniform = () => integer() / 2 ** 32;
  // The first numbers still resemble the key; the generator's author drops twelve.
  for (let skipped = 0; skipped < 12; skipped += 1) integer();
  return { integer, uniform, normal: () => boxMuller(uniform) };
}

/** Box and Muller 1958; the second number of each pair is dropped, so that no state is carried along. */
function boxMuller(uniform: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  return radius * Math.cos(2 * Math.PI * uniform());
}

/** Three 32-bit words from any key, each by FNV-1a with its own start and a final mix (MurmurHash3's). */
function hashKey(key: readonly (number | string)[]): [number, number, number] {
  const text = JSON.stringify(key);
  const word = (start: number): number => {
    let hash = start;
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) | 0;
  };
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x6a09e667)];
}

/** An index with a probability in proportion to its weight. */
export function drawIndex(weights: readonly number[], random: Random): number {
  let rest = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => {
    rest -= weight;
    return rest < 0;
  });
  return index === -1 ? weights.length - 1 : index;
}
