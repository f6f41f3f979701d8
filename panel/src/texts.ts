/** The panel's own words; the names of sounds and states are Home Assistant's translations. */

import type { HomeAssistant } from "./home";
import de from "./translations/de.json";
import en from "./translations/en.json";
import es from "./translations/es.json";

export type TextKey = keyof typeof en;

const LANGUAGES: Record<string, Record<TextKey, string>> = { de, en, es };

/** A text in the user's language, with its `{placeholders}` filled in. */
export function text(
  hass: HomeAssistant,
  key: TextKey,
  values: Record<string, string | number> = {},
): string {
  const language = hass.locale.language.split("-")[0] ?? "en";
  const template = (LANGUAGES[language] ?? en)[key];
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** A number as the user's language writes it. */
export function decimal(hass: HomeAssistant, value: number, digits: number): string {
  return value.toLocaleString(hass.locale.language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A number of days in words. */
export function dayCount(hass: HomeAssistant, days: number): string {
  const { language } = hass.locale;
  const style = { style: "unit", unit: "day", unitDisplay: "long" } as const;
  return new Intl.NumberFormat(language, style).format(days);
}

/** A time of today, or a date and time. */
export function moment(hass: HomeAssistant, iso: string): string {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(hass.locale.language, {
    ...(today ? {} : { dateStyle: "medium" }),
    timeStyle: "medium",
  });
}
