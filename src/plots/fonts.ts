import sharp from "sharp";

/** Whether letters in a PNG can be told apart; without any font they are all the same box. */
export async function canDrawLetters(): Promise<boolean> {
  const [narrow, wide] = await Promise.all(["i", "W"].map(drawLetter));
  return !(narrow as Buffer).equals(wide as Buffer);
}

function drawLetter(letter: string): Promise<Buffer> {
  const text = `<text x="8" y="24" font-family="sans-serif" font-size="20">${letter}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">${text}</svg>`;
  return sharp(Buffer.from(svg)).raw().toBuffer();
}
