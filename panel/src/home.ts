/** What the panel uses of Home Assistant's frontend, which gives every panel and card its `hass`. */

/** What a threshold's entity takes at the least. */
export const LEAST_THRESHOLD = 0.05;

export interface EntityState {
  state: string;
  attributes: Record<string, unknown>;
}

export interface HomeAssistant {
  connection: {
    subscribeMessage<Event>(
      listener: (event: Event) => void,
      message: Record<string, unknown>,
    ): Promise<() => Promise<void>>;
  };
  callWS<Result>(message: Record<string, unknown>): Promise<Result>;
  callService(domain: string, service: string, data: Record<string, unknown>): Promise<unknown>;
  hassUrl(path: string): string;
  loadBackendTranslation(category: string, integration: string): Promise<unknown>;
  localize(key: string): string;
  locale: { language: string };
  states: Record<string, EntityState | undefined>;
  themes: { darkMode: boolean };
  user: { is_admin: boolean };
}

/** Where the user is: below `prefix`, which is the panel's own address. */
export interface Route {
  prefix: string;
  path: string;
}

/** The name of a class in the user's language; a class of one's own model has only its label. */
export function className(hass: HomeAssistant, label: string): string {
  return hass.localize(`component.audio_guard.entity.binary_sensor.${label}.name`) || label;
}

/** The health of a camera in words. */
export function stateName(hass: HomeAssistant, state: string): string {
  return hass.localize(`component.audio_guard.entity.sensor.health.state.${state}`);
}

/** The number that an entity shows, if it shows one. */
export function numberOf(hass: HomeAssistant, entityId: string | null): number | undefined {
  const value = Number.parseFloat((entityId && hass.states[entityId]?.state) || "");
  return Number.isNaN(value) ? undefined : value;
}

/** Use another threshold; what the entity does not take is made to fit. */
export async function setThreshold(
  hass: HomeAssistant,
  entityId: string,
  threshold: number,
): Promise<void> {
  const value = Math.min(1, Math.max(LEAST_THRESHOLD, threshold));
  await hass.callService("number", "set_value", { entity_id: entityId, value });
}

/** Go to another page of the frontend. */
export function navigate(path: string): void {
  history.pushState(null, "", path);
  window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: false } }));
}

/** The words of an error, as Home Assistant's websocket or JavaScript gives it. */
export function errorText(error: unknown): string {
  return error instanceof Object && "message" in error ? String(error.message) : String(error);
}
