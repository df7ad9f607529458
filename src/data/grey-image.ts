/** Grey values 0 to 255 of one channel, row by row. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array;
}
