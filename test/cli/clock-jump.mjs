// Loaded before `pipe` (NODE_OPTIONS=--import=…): the machine's clock is set back by an hour at the n-th look at it,
// n being PIPE_CLOCK_JUMP.
const RealDate = Date;
let numLooks = 0;

function read() {
  numLooks += 1;
  return RealDate.now() - (numLooks >= Number(process.env.PIPE_CLOCK_JUMP) ? 3_600_000 : 0);
}

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [read()] : parts));
  }

  static now() {
    return read();
  }
};
