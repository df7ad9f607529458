/** What keeps a member out, as the end of a sentence; the caller says of which archive. */
export class MemberRefused extends Error {}

export type MemberKind = "file" | "folder";

/**
 * Watches the names of an archive's members as they come. Nothing may lead out of the target, and no two may be the same file on any
 * disk: also where case, or the way an accented letter is written, makes no difference.
 */
export class MemberNames {
  readonly #seen = new Map<string, { readonly name: string; readonly kind: MemberKind }>();

  /** The member's path, relative, with `/` between its parts; `undefined` for the target folder itself. Throws `MemberRefused`. */
  admit(rawName: string, kind: MemberKind): string | undefined {
    const parts = rawName.split("/").filter((part) => part !== "" && part !== ".");
    if (rawName.startsWith("/") || /^[a-zA-Z]:/.test(rawName)) refuse(`"${rawName}" is an absolute path`);
    if (parts.includes("..")) refuse(`"${rawName}" leads out of the folder`);
    if (rawName.includes("\0") || rawName.includes("\\")) refuse(`"${rawName}" is a name that disks read differently`);
    const name = parts.join("/");
    if (name === "") return kind === "folder" ? undefined : refuse(`"${rawName}" names no file`);
    for (let depth = 1; depth < parts.length; depth += 1) this.#note(parts.slice(0, depth).join("/"), "folder");
    if (this.#note(name, kind) && kind === "file") refuse(`"${name}" is there twice`);
    return name;
  }

  /** Whether it was there before. */
  #note(name: string, kind: MemberKind): boolean {
    const key = diskKey(name);
    const same = this.#seen.get(key);
    if (same === undefined) {
      this.#seen.set(key, { name, kind });
      return false;
    }
    if (same.name !== name) refuse(`"${name}" and "${same.name}" would be the same file on some disks`);
    if (same.kind !== kind) refuse(`"${name}" is a file and a folder at once`);
    return true;
  }
}

/** Equal for names that are the same file on some disk. */
export const diskKey = (name: string): string => name.normalize("NFC").toLowerCase();

function refuse(reason: string): never {
  throw new MemberRefused(reason);
}
