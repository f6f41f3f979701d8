/** The addresses of the panel's pages: a camera, a page, and maybe a clip; none of their names needs escaping. */

import type { Route } from "./home";

export const PAGES = ["live", "clips", "assistant"] as const;
export type Page = (typeof PAGES)[number];

export interface Place {
  entryId: string | undefined;
  page: Page;
  clip: string | undefined;
}

const PREFIX = "/audio-guard";

export function pagePath(entryId: string, page: Page): string {
  return `${PREFIX}/${entryId}/${page}`;
}

export function clipsPath(entryId: string, clip: string): string {
  return `${pagePath(entryId, "clips")}/${clip}`;
}

export function placeOf(route: Route | undefined): Place {
  const [entryId, page, clip] = (route?.path ?? "").split("/").filter(Boolean);
  return { entryId, page: PAGES.find((each) => each === page) ?? "live", clip };
}
