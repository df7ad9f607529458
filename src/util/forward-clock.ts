/**
 * A clock that is never set back: what lies between two of its times is never negative, whatever happens to the machine's
 * clock meanwhile. A step forward is followed, e.g. after a machine has slept.
 */
export function createForwardClock(read: () => number): () => number {
  let last = read();
  let lead = 0;
  return () => {
    const time = read() + lead;
    if (time < last) lead += last - time;
    else last = time;
    return last;
  };
}
