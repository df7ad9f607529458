/** Marks the end of an exhaustive `switch`: the compiler rejects the call while a variant is unhandled. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
