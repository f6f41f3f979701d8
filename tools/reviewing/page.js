// Show one clip after the other and save what is decided about it. page_server.py says what is served.

const FAINT = 0.2; // a class that never gets surer is not drawn
const VERDICTS = [
  { decision: "keep", key: "k", text: (clip) => `Keep: it is ${clip.label}` },
  { decision: "drop", key: "d", text: () => "Drop: use it for nothing" },
  { decision: "unsure", key: "u", text: () => "Unsure" },
];

const element = (id) => document.getElementById(id);
const sound = element("sound");
let review;
let current = 0;
let loads = 0;

async function start() {
  review = await (await ask("clips")).json();
  element("review").hidden = review.clips.length === 0;
  const open = nextOpen(-1);
  if (review.clips.length) await show(open < 0 ? 0 : open);
  else showProgress();
}

function nextOpen(after) {
  const count = review.clips.length;
  for (let step = 1; step <= count; step++) {
    const place = (after + step) % count;
    if (!review.clips[place].decision) return place;
  }
  return -1;
}

async function show(place) {
  current = place;
  const clip = review.clips[place];
  element("name").textContent = clip.name;
  element("question").replaceChildren(
    "Labeled ", marked("own", `${clip.label} (${percent(clip.own_score)})`),
    ", but it sounds like ", marked("heard", `${clip.heard} (${percent(clip.heard_score)})`),
    `. Split: ${clip.split}.`,
  );
  element("spectrogram").src = `clips/${place}/spectrogram`;
  drawChart(clip);
  showButtons(clip);
  showProgress();
  element("name").focus();
  await loadSound(place);
}

// The whole sound as a blob: seeking then needs no ranges from the server.
async function loadSound(place) {
  const load = ++loads;
  URL.revokeObjectURL(sound.src);
  sound.removeAttribute("src");
  sound.load();
  const blob = await (await ask(`clips/${place}/sound`)).blob();
  if (load !== loads) return; // another clip has been chosen meanwhile
  sound.src = URL.createObjectURL(blob);
  if (element("at-once").checked) await sound.play();
}

function showProgress() {
  const open = review.clips.filter((clip) => !clip.decision).length;
  const place = `Clip ${current + 1} of ${review.clips.length}, ${open} undecided`;
  element("progress").textContent = open
    ? place
    : "All decided. Press Ctrl-C in the terminal; it says how to use the list.";
}

function showButtons(clip) {
  element("verdicts").replaceChildren(
    ...VERDICTS.map(({ decision, key, text }) => decisionButton(clip, decision, text(clip), key)),
  );
  element("labels").replaceChildren(
    ...review.labels.flatMap((label, number) =>
      label === clip.label ? [] : [decisionButton(clip, label, label, labelKey(number))],
    ),
  );
  element("previous").disabled = current === 0;
  element("next").disabled = current === review.clips.length - 1;
}

function decisionButton(clip, decision, text, key) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(`${text} `);
  if (key) {
    const hint = document.createElement("kbd");
    hint.textContent = key;
    button.append(hint);
    button.setAttribute("aria-keyshortcuts", key);
  }
  button.setAttribute("aria-pressed", String(clip.decision === decision));
  button.addEventListener("click", () => decide(decision));
  return button;
}

function labelKey(number) {
  return number < 9 ? String(number + 1) : "";
}

async function decide(decision) {
  const place = current;
  const clip = review.clips[place];
  await ask(`clips/${place}/decision`, { method: "PUT", body: JSON.stringify({ decision }) });
  element("trouble").textContent = "";
  clip.decision = decision === clip.label ? "keep" : decision;
  if (place !== current) return;
  const open = nextOpen(place);
  if (open >= 0) await show(open);
  else {
    showButtons(clip);
    showProgress();
  }
}

function seconds(clip) {
  return review.window_seconds + (clip.scores.length - 1) * review.hop_seconds;
}

function drawChart(clip) {
  const marks = review.labels.map((label, number) => {
    const scores = clip.scores.map((window) => window[number]);
    const kind = label === clip.label ? "own" : label === clip.heard ? "heard" : "";
    return { label, scores, kind, highest: Math.max(...scores) };
  }).filter(({ kind, highest }) => kind || highest >= FAINT);
  marks.sort((a, b) => a.kind.length - b.kind.length); // the important ones on top
  const grid = [25, 50, 75].map((height) =>
    drawn("line", { x1: 0, x2: 100, y1: height, y2: height }));
  const lines = marks.map(({ scores, kind }) =>
    drawn("polyline", { class: kind, points: points(scores, seconds(clip)) }));
  element("chart").replaceChildren(...grid, ...lines);
  element("chart").setAttribute(
    "aria-label",
    "Scores over time; highest: " +
      marks.map(({ label, highest }) => `${label} ${percent(highest)}`).join(", "),
  );
  const others = marks.filter(({ kind }) => !kind).map(({ label }) => label);
  element("legend").replaceChildren(
    marked("own", `— ${clip.label}`),
    marked("heard", `╌ ${clip.heard}`),
    ...(others.length ? [marked("", `gray: ${others.join(", ")}`)] : []),
    marked("", `scores from 0 to 100 % over ${seconds(clip).toFixed(1)} s`),
  );
}

// A window's score stands at its middle; the first and the last reach to the clip's ends.
function points(scores, length) {
  const at = (time, score) =>
    `${(100 * time / length).toFixed(2)},${(98 - 96 * score).toFixed(2)}`;
  const middles = scores.map((score, number) =>
    at(review.window_seconds / 2 + number * review.hop_seconds, score));
  return [at(0, scores[0]), ...middles, at(length, scores.at(-1))].join(" ");
}

function drawn(name, attributes) {
  const shape = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
  return shape;
}

function marked(kind, text) {
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = text;
  return span;
}

function percent(score) {
  return `${Math.round(100 * score)} %`;
}

function movePlayhead() {
  const clip = review?.clips[current];
  if (clip) element("playhead").style.left = `${100 * sound.currentTime / seconds(clip)}%`;
  requestAnimationFrame(movePlayhead);
}

function step(by) {
  const place = current + by;
  if (place >= 0 && place < review.clips.length) return show(place);
}

function pressed(event) {
  if (!review?.clips.length || event.ctrlKey || event.metaKey || event.altKey) return;
  const ownMeaning = event.target.closest("button, input, audio");
  const key = event.key;
  if (ownMeaning && [" ", "Enter", "ArrowLeft", "ArrowRight"].includes(key)) return;
  const verdict = VERDICTS.find((one) => one.key === key.toLowerCase());
  const label = review.labels.find((_, number) => labelKey(number) === key);
  if (key === " ") sound.paused ? sound.play() : sound.pause();
  else if (key === "ArrowLeft") step(-1);
  else if (key === "ArrowRight") step(1);
  else if (verdict || label) decide(verdict?.decision ?? label);
  else return;
  event.preventDefault();
}

async function ask(path, options) {
  const answer = await fetch(path, options).catch(() => {
    throw new Error(
      "No answer: python -m tools.review no longer runs. Start it again and open its new address.",
    );
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

function sayTrouble(error) {
  if (error.name === "AbortError") return; // playing was ended by another clip
  element("trouble").textContent = error.message;
}

window.addEventListener("unhandledrejection", (event) => sayTrouble(event.reason));
document.addEventListener("keydown", pressed);
element("previous").addEventListener("click", () => step(-1));
element("next").addEventListener("click", () => step(1));
element("timeline").addEventListener("click", (event) => {
  const box = element("timeline").getBoundingClientRect();
  const time = (event.clientX - box.left) / box.width * seconds(review.clips[current]);
  sound.currentTime = Math.min(time, sound.duration || 0);
});
requestAnimationFrame(movePlayhead);
start();
