import { loadTable, requireColumn } from "./table.ts";

export interface GroupsTable {
  readonly csv: string;
  /** Column of the ids. */
  readonly id: string;
  /** Column whose value samples of one group share. */
  readonly group: string;
}

/** Positions of the samples that belong together. A sample that the table does not have, or gives no group, stands alone. */
export async function loadSampleGroups(ids: readonly string[], options: GroupsTable): Promise<number[][]> {
  const table = await loadTable(options.csv);
  requireColumn(table, options.id);
  requireColumn(table, options.group);
  const groupOf = new Map(table.rows.map(({ values }) => [values[options.id], values[options.group]]));
  const byGroup = new Map<string, number[]>();
  const groups: number[][] = [];
  for (const [position, id] of ids.entries()) {
    const name = groupOf.get(id) ?? "";
    const known = name === "" ? undefined : byGroup.get(name);
    if (known) {
      known.push(position);
      continue;
    }
    const group = [position];
    groups.push(group);
    if (name !== "") byGroup.set(name, group);
  }
  return groups;
}
