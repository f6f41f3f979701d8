/** One script for the panel and the card: every page of the frontend loads it once. */

import "./card";
import "./panel";
import en from "./translations/en.json";

interface CardsWindow extends Window {
  customCards?: { type: string; name: string; description: string; preview: boolean }[];
}

const cards = window as CardsWindow;
cards.customCards = [
  ...(cards.customCards ?? []),
  {
    type: "audio-guard-card",
    name: "Audio Guard",
    description: en.card_description,
    preview: true,
  },
];
