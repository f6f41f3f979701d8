/** Play a camera's sound as it comes. */

import { bytes, type ListenEvent, subscribe } from "./api";
import type { HomeAssistant } from "./home";

// What is held back, so that a late piece leaves no gap, and what is skipped when too much has piled up.
const AHEAD_SECONDS = 0.2;
const MOST_AHEAD_SECONDS = 3;

export class Listening {
  private readonly audio = new AudioContext();
  private readonly end: () => void;
  private playUntil = 0;

  /** `ended` is called when the camera is lost, or with an error. */
  constructor(hass: HomeAssistant, entryId: string, ended: (error?: unknown) => void) {
    this.end = subscribe<ListenEvent>(
      hass,
      { type: "audio_guard/listen/subscribe", entry_id: entryId },
      (event) => (event.type === "pcm" ? this.play(event.data, event.sample_rate) : ended()),
      ended,
    );
  }

  stop(): void {
    this.end();
    void this.audio.close();
  }

  private play(data: string, sampleRate: number): void {
    const pcm = new DataView(bytes(data).buffer);
    const samples = Float32Array.from(
      { length: pcm.byteLength / 2 },
      (_, index) => pcm.getInt16(2 * index, true) / 32_768,
    );
    const now = this.audio.currentTime;
    if (this.playUntil > now + MOST_AHEAD_SECONDS) return;
    const buffer = this.audio.createBuffer(1, samples.length, sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = this.audio.createBufferSource();
    source.buffer = buffer;
    source.connect(this.audio.destination);
    const start = this.playUntil > now ? this.playUntil : now + AHEAD_SECONDS;
    source.start(start);
    this.playUntil = start + buffer.duration;
  }
}
