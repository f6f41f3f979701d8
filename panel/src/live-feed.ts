/** Keep an element informed of what one camera hears now. */

import type { ReactiveController, ReactiveControllerHost } from "lit";
import {
  type Frame,
  type LiveEvent,
  NOT_LOADED,
  type Spectrum,
  type Status,
  subscribe,
} from "./api";
import type { HomeAssistant } from "./home";

interface Host extends ReactiveControllerHost {
  hass?: HomeAssistant | undefined;
  entryId?: string | undefined;
}

interface Wishes {
  /** Called when the camera was set up anew, maybe with other classes. */
  setUp: () => void;
  /** Called with every piece of the spectrum, which only admins are given. */
  spectrum?: (spectrum: Spectrum) => void;
}

export class LiveFeed implements ReactiveController {
  status?: Status | undefined;
  frame?: Frame | undefined;
  error?: unknown;
  private end?: (() => void) | undefined;
  private following?: string | undefined;

  constructor(
    private readonly host: Host,
    private readonly wishes: Wishes,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.follow();
  }

  hostUpdated(): void {
    this.follow();
  }

  hostDisconnected(): void {
    this.leave();
  }

  private follow(): void {
    const { hass, entryId } = this.host;
    if (!hass || entryId === this.following) return;
    this.leave();
    this.following = entryId;
    if (entryId === undefined) return;
    const spectrum = this.wishes.spectrum !== undefined && hass.user.is_admin;
    this.end = subscribe<LiveEvent>(
      hass,
      { type: "audio_guard/live/subscribe", entry_id: entryId, spectrum },
      (event) => this.take(event),
      (error) => {
        this.error = error;
        this.host.requestUpdate();
      },
    );
  }

  private leave(): void {
    this.end?.();
    this.end = this.following = this.status = this.frame = this.error = undefined;
  }

  private take(event: LiveEvent): void {
    if (event.type === "spectrum") {
      this.wishes.spectrum?.(event);
      return;
    }
    if (event.type === "status") {
      if (this.status?.state === NOT_LOADED && event.state !== NOT_LOADED) this.wishes.setUp();
      this.status = event;
      if (!event.hears) this.frame = undefined;
    } else if (event.type === "frame") {
      this.frame = event;
    }
    this.host.requestUpdate();
  }
}
