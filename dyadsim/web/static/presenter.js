// The second page: what to ask and what to say, and, with a class, its bets as they come in.
import { $, made, post, bars, bets, devices, every } from "/static/class_bars.js";
import { tr, language, inLanguage } from "/static/words.js";
import { about, query } from "/static/lesson.js";

const USUAL = tr("as the lesson starts");
let lessons = [];
let inClass = true;

function chosen() {
  const lesson = lessons.find(({ name }) => name === $("lesson").value);
  return [lesson, { ...(lesson.presets[$("preset").value] ?? {}) }];
}

function note(text) {
  $("note").textContent = text;
  $("note").hidden = !text;
}

function notes() {
  const [lesson, settings] = chosen();
  $("bet").textContent = lesson.bet.question;
  $("options").replaceChildren(...lesson.bet.options.map((text) => made("li", { textContent: text })));
  $("misconception").textContent = lesson.misconception;
  $("careful").replaceChildren(...lesson.careful.map((text) => made("li", { textContent: text })));
  $("models").textContent = lesson.models ?? "";
  const address = query({ lesson: lesson.name, ...settings });
  $("page").href = inLanguage(`/?${address}&projector=1`);
  $("handout").href = inLanguage(`/handout?${address}`);
}

function presets() {
  const lesson = lessons.find(({ name }) => name === $("lesson").value);
  $("preset").replaceChildren(...[USUAL, ...Object.keys(lesson.presets)].map((name) => new Option(name, name)));
  notes();
}

function show(state) {
  $("show").disabled = state.stage !== "open";
  $("again").disabled = state.stage === "waiting";
  $("see").disabled = state.stage !== "open";
  $("see").checked = state.bars;
  $("address").textContent = state.address;
  if (!$("code").src) Object.assign($("code"), { src: "/class.svg", hidden: false });
  const asked = state.stage !== "waiting";
  $("asked").textContent = asked ? state.question : "";
  $("bars").replaceChildren(...(asked ? bars(state) : []));
  $("sentence").hidden = !state.sentence;
  $("sentence").textContent = state.sentence ?? "";
  $("only").hidden = !(state.sentence && state.stage === "open");
  const stages = { waiting: tr("No question is open"), open: tr("Betting is open"), shown: tr("The class sees the answer") };
  const refused = state.refused ? tr(" {devices} refused: several share one address; start with task.per_address=500.",
    { devices: devices(state.refused) }) : "";
  const here = tr("{devices} here", { devices: devices(state.here) });
  $("status").textContent = `${stages[state.stage]}: ${here}${asked ? `, ${bets(state.bets)}` : ""}.${refused}`;
  document.body.dataset.stage = state.stage;
}

async function act(path, body) {
  try {
    show(await post(path, body));
    note("");
  } catch (error) { note(error.message); }
}

async function begin() {
  $("screen").href = inLanguage("/screen");
  ({ lessons } = await about());
  $("lesson").append(...lessons.map(({ name, title }) => new Option(title, name)));
  const wanted = new URLSearchParams(location.search).get("lesson");
  if (lessons.some(({ name }) => name === wanted)) $("lesson").value = wanted;
  presets();
  inClass = (await fetch("/api/class/room")).ok;
  $("no-class").hidden = inClass;
  for (const part of document.querySelectorAll(".class-only")) part.hidden = !inClass;
  document.body.dataset.ready = "1";
  if (!inClass) return;
  await every(1, async () => {
    try {
      show(await (await fetch("/api/class/room")).json());
    } catch {
      $("status").textContent = tr("No connection to dyadsim teach.");
    }
  });
}

$("lesson").addEventListener("change", presets);
$("preset").addEventListener("change", notes);
$("ask").addEventListener("click", () => {
  const [lesson, settings] = chosen();
  act("/api/class/ask", { lesson: lesson.name, settings, lang: language });
});
$("show").addEventListener("click", () => act("/api/class/show"));
$("again").addEventListener("click", () => act("/api/class/end"));
$("see").addEventListener("change", () => act("/api/class/bars", { shown: $("see").checked }));
begin();
