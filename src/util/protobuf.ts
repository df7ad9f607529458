/** A message in protobuf's wire format, in pieces: large arrays are referred to, not copied. */
export interface Message {
  readonly chunks: readonly Uint8Array[];
  readonly byteLength: number;
}

/** Puts fields together; absent ones are left out. */
export function message(...fields: readonly (Message | undefined)[]): Message {
  const present = fields.filter((field) => field !== undefined);
  return {
    chunks: present.flatMap(({ chunks }) => chunks),
    byteLength: present.reduce((sum, { byteLength }) => sum + byteLength, 0),
  };
}

/** A whole number that a double holds (int32, int64, enum, bool). */
export function integerField(field: number, value: number): Message {
  return ofBytes(Uint8Array.from([...varint(field * 8 + wireTypes.varint), ...varint(value)]));
}

export function floatField(field: number, value: number): Message {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return ofBytes(Buffer.concat([Uint8Array.from(varint(field * 8 + wireTypes.fixed32)), bytes]));
}

export function textField(field: number, text: string): Message {
  return messageField(field, ofBytes(Buffer.from(text)));
}

export function bytesField(field: number, bytes: Uint8Array): Message {
  return messageField(field, ofBytes(bytes));
}

export function messageField(field: number, { chunks, byteLength }: Message): Message {
  const prefix = Uint8Array.from([...varint(field * 8 + wireTypes.lengthDelimited), ...varint(byteLength)]);
  return { chunks: [prefix, ...chunks], byteLength: prefix.byteLength + byteLength };
}

/** How a field's value is laid out: the lower three bits of its key. */
const wireTypes = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;

function ofBytes(bytes: Uint8Array): Message {
  return { chunks: [bytes], byteLength: bytes.byteLength };
}

/** Seven bits a byte, the lowest first; the eighth bit says that more follow. Negative numbers as their 64-bit complement. */
function varint(value: number): number[] {
  if (value < 0) return bigVarint(BigInt.asUintN(64, BigInt(value)));
  const bytes: number[] = [];
  // Without bit operations, which end at 2³¹.
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function bigVarint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) + 128);
  return [...bytes, Number(rest)];
}
