/** The integration's websocket commands and what they answer. */

import type { HomeAssistant } from "./home";

/** The state of a camera whose entry is not set up. */
export const NOT_LOADED = "not_loaded";

export interface CameraClass {
  label: string;
  sensor_entity: string | null;
  threshold_entity: string | null;
}

export interface Status {
  type: "status";
  state: string;
  reason: string;
  hears: boolean;
  codec: string | null;
  sample_rate: number | null;
}

export interface Camera extends Status {
  entry_id: string;
  title: string;
  clips: boolean;
  sound_entity: string | null;
  classes: CameraClass[];
}

export interface Frame {
  type: "frame";
  time: number;
  level: number;
  scores: Record<string, number>;
}

export interface Detection {
  type: "detection";
  label: string;
  score: number;
  clip: string | null;
}

export interface Spectrum {
  type: "spectrum";
  bands: number;
  seconds: number;
  data: string;
}

export type LiveEvent = Status | Frame | Detection | Spectrum;

export type ListenEvent = { type: "pcm"; sample_rate: number; data: string } | { type: "end" };

export interface Clip {
  name: string;
  label: string;
  heard_at: string;
  picture: string;
}

export interface ClipNotes {
  began: string;
  seconds: number;
  gain_db: number;
  detections: { class: string; score: number; time: number }[];
  scores: Record<string, number[]>;
}

export interface ClipDetail extends Clip {
  sound: string;
  notes: ClipNotes;
}

/** The assistant's answers: `assistant_types.py` says what each of their parts means. */
export type Caution = "no_history" | "no_nights" | "little_history" | "loses_right" | "too_noisy";

export interface CurvePoint {
  threshold: number;
  alerts: number;
  per_day: number;
  night_alerts: number;
  right: number;
  wrong: number;
}

export interface Proposal {
  threshold: number;
  per_week: number;
  per_week_limit: number;
  loses: string[];
}

export interface Curve {
  label: string;
  days: number;
  heard_hours: number;
  night_hours: number;
  threshold: number;
  points: CurvePoint[];
  proposal: Proposal | null;
  warnings: Caution[];
}

export interface Alert {
  start: string;
  peak: number;
  quiet: boolean;
  clip: string | null;
  mark: "right" | "wrong" | "unsure" | null;
}

export interface Alerts {
  threshold: number;
  /** There is none where there are too many to list. */
  total: number | null;
  alerts: Alert[];
}

export async function listCameras(hass: HomeAssistant): Promise<Camera[]> {
  const answer = await hass.callWS<{ cameras: Camera[] }>({ type: "audio_guard/cameras" });
  return answer.cameras;
}

export function listClips(
  hass: HomeAssistant,
  entryId: string,
  before?: string,
): Promise<{ clips: Clip[]; more: boolean }> {
  const from = before === undefined ? {} : { before };
  return hass.callWS({ type: "audio_guard/clips/list", entry_id: entryId, ...from });
}

export function getClip(hass: HomeAssistant, entryId: string, name: string): Promise<ClipDetail> {
  return hass.callWS({ type: "audio_guard/clips/get", entry_id: entryId, name });
}

export function getCurve(
  hass: HomeAssistant,
  entryId: string,
  label: string,
  days: number,
): Promise<Curve> {
  return hass.callWS({ type: "audio_guard/assistant/curve", entry_id: entryId, label, days });
}

export function getAlerts(
  hass: HomeAssistant,
  entryId: string,
  label: string,
  days: number,
  threshold: number,
): Promise<Alerts> {
  const about = { entry_id: entryId, label, days, threshold };
  return hass.callWS({ type: "audio_guard/assistant/alerts", ...about });
}

/** Subscribe to one of a camera's commands; what is returned ends it, even before it has begun. */
export function subscribe<Event>(
  hass: HomeAssistant,
  message: Record<string, unknown>,
  listener: (event: Event) => void,
  failed: (error: unknown) => void,
): () => void {
  let ended = false;
  const begun = hass.connection.subscribeMessage<Event>((event) => {
    if (!ended) listener(event);
  }, message);
  begun.catch((error) => {
    if (!ended) failed(error);
  });
  return () => {
    ended = true;
    // A connection that is gone has nothing to end.
    begun.then((unsubscribe) => unsubscribe()).catch(() => undefined);
  };
}

/** The bytes of a base64 text. */
export function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
