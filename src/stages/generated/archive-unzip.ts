// Generated from schemas/stages/archive-unzip.schema.json by `npm run generate`; do not edit.

/**
 * Unpacks a zip (zip64 too), tar, tar.gz or tar.zst archive, checks every CRC, and writes nothing outside its folder: links within it are kept, others refused. Goes on where a killed attempt was.
 */
export interface ArchiveUnzipWith {
  /**
   * The archive to unpack.
   */
  archive: string;
  /**
   * Also unpack archives found inside, each into a folder of its name.
   */
  nested: boolean;
  /**
   * How many times its own size an archive, with all archives inside it, may unpack to before it is refused as a bomb; 64 MiB are always allowed.
   */
  max_ratio: number;
}
