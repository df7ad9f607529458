// Generated from schemas/stages/archive-unzip.schema.json by `npm run generate`; do not edit.

/**
 * Unpacks a zip archive (zip64 too), checks every CRC, and writes nothing outside its folder.
 */
export interface ArchiveUnzipWith {
  /**
   * The archive to unpack.
   */
  archive: string;
  /**
   * Also unpack zip archives found inside, each into a folder of its name.
   */
  nested: boolean;
}
