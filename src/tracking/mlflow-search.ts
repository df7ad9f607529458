import type { MlflowPair } from "./mlflow-entities.ts";

type Page<Item> = Readonly<Record<string, readonly Item[] | undefined>> & { readonly next_page_token?: string };

/** All items of an answer that comes in pages, in their order: `list` is their name in it, `ask` asks for one page. */
export async function collectPages<Item>(
  list: string,
  ask: (page: { readonly page_token?: string }) => Promise<unknown>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let token: string | undefined = ""; token !== undefined; ) {
    const answer = (await ask(token === "" ? {} : { page_token: token })) as Page<Item>;
    items.push(...(answer[list] ?? []));
    token = answer.next_page_token || undefined;
  }
  return items;
}

/** What a search is to be limited to: what has all these tags. */
export function filterByTags(tags: readonly MlflowPair[]): string {
  return tags.map(({ key, value }) => `tags.\`${key}\` = '${value.replaceAll("'", "\\'")}'`).join(" and ");
}
