// The page: the lesson, its settings, the bet before the result. All numbers come from lesson.js.
import { draw, table, csv, images, plotly } from "./draw.js";
import { about, numbers, query, grid, inFile, fileStart } from "./lesson.js";

const $ = (id) => document.getElementById(id);
const EXTRA = ["lesson", "projector", "lock"];
const OLD_KEYS = { luck: "seed" }; // of older links
const SESSIONS_SHOWN = 16; // of the lesson that is stepped through
let lessons = [];
let version = "";
let lesson = null;
let settings = {};
let result = null;
let bet = null; // number of the option
let revealed = false;
let stale = false; // settings have moved since the bet
let locked = false;
let asking = false;
let wanted = false;

function size() {
  return document.documentElement.classList.contains("projector") ? 20 : 14;
}

function decimals(step) {
  const text = String(step);
  return text.includes(".") ? text.length - text.indexOf(".") - 1 : 0;
}

function words(control, value) {
  const number = Number(value).toFixed(decimals(control.step));
  return control.unit ? `${number} ${control.unit}` : number;
}

function fixedHere(key) {
  return (lesson.fixed[settings.world] ?? []).includes(key);
}

function note(text) {
  $("note").textContent = text;
  $("note").hidden = !text;
}

// --- controls ------------------------------------------------------------------------------------

function row(control) {
  const line = document.createElement("div");
  line.className = "control";
  const label = document.createElement("label");
  label.htmlFor = `c-${control.key}`;
  label.append(Object.assign(document.createElement("span"), { textContent: control.label }));
  const input = document.createElement(control.kind === "pick" ? "select" : "input");
  input.id = `c-${control.key}`;
  input.name = control.key;
  if (control.kind === "pick") {
    for (const [value, text] of control.options) input.append(new Option(text, value));
    input.addEventListener("change", () => change(control, input.value));
  } else {
    const places = grid[control.key]; // in a single file a slider moves from place to place
    const ends = places ? { min: 0, max: places.length - 1, step: 1 }
      : { min: control.low, max: control.high, step: control.step };
    Object.assign(input, { type: "range", ...ends });
    const shown = document.createElement("output");
    shown.id = `o-${control.key}`;
    shown.htmlFor = input.id;
    label.append(shown);
    input.addEventListener("input", () => change(control,
      places ? places[Number(input.value)] : Number(input.value)));
  }
  const hint = document.createElement("small");
  hint.id = `h-${control.key}`;
  input.setAttribute("aria-describedby", hint.id);
  line.append(label, input, hint);
  return line;
}

function slot(places, value) {
  return places.reduce((best, place, k) => (Math.abs(place - value) < Math.abs(places[best] - value) ? k : best), 0);
}

function change(control, value) {
  settings[control.key] = value;
  if (control.key === "world") Object.assign(settings, lesson.own[value], { seed: settings.seed });
  stale = true;
  controls();
  ask();
}

function controls() {
  for (const control of lesson.controls) {
    const input = $(`c-${control.key}`);
    const still = inFile && !(control.key in grid);
    const fixed = fixedHere(control.key);
    const places = control.kind === "dial" ? grid[control.key] : undefined;
    input.value = places ? slot(places, settings[control.key]) : settings[control.key];
    input.disabled = locked || fixed || still;
    $(`h-${control.key}`).textContent = fixed ? "fixed by this world's claim"
      : still ? "moves only on the live page" : "";
    if (control.kind === "dial") {
      const text = words(control, settings[control.key]);
      $(`o-${control.key}`).textContent = text;
      input.setAttribute("aria-valuetext", text);
    }
  }
  for (const id of ["new-seed", "reset", "next"]) $(id).disabled = locked || (inFile && id === "new-seed");
  for (const button of $("presets").children) {
    button.disabled = locked;
    button.setAttribute("aria-pressed", same(lesson.presets[button.textContent]));
  }
  for (const button of $("lessons").querySelectorAll("button")) button.disabled = locked;
  $("again").disabled = locked;
  $("next").textContent = settings.held >= SESSIONS_SHOWN ? "Start over" : "Next session";
  $("reveal").disabled = locked || bet === null;
}

function from(preset) {
  const world = preset.world ?? lesson.start.world;
  return { ...lesson.start, ...lesson.own[world], ...preset, world, seed: settings.seed };
}

function same(preset) {
  return Object.entries(from(preset)).every(([key, value]) =>
    settings[key] === value || fixedHere(key));
}

function place(values) {
  settings = values;
  hide();
  controls();
  ask();
}

// --- the bet -------------------------------------------------------------------------------------

function hide() {
  revealed = false;
  stale = false;
  bet = null;
  $("bet").hidden = false;
  $("shown").hidden = true;
  $("careful-box").hidden = true;
  for (const input of $("bet").querySelectorAll("input")) input.checked = false;
  $("reveal").disabled = true;
  $("bet-hint").hidden = false;
}

function options() {
  $("bet-question").textContent = `Your bet: ${lesson.bet.question}`;
  $("bet-options").replaceChildren(...lesson.bet.options.map((text, k) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "bet", value: k });
    input.addEventListener("change", () => {
      bet = k;
      $("reveal").disabled = locked;
      $("bet-hint").hidden = true;
    });
    label.append(input, ` ${text}`);
    return label;
  }));
}

function verdict() {
  // Several answers are left where the interval holds more than one: then there is no verdict.
  const left = result.answers.map((option) => `“${lesson.bet.options[option]}”`).join(" or ");
  const mine = lesson.bet.options[bet];
  const here = stale ? " at these settings" : "";
  if (!result.answers.includes(bet)) {
    return `✗ You bet “${mine}”; the answer is ${left}${here}.`;
  }
  if (result.answers.length > 1) {
    return `? Your bet “${mine}” may be right${here}: the interval leaves ${left}.`;
  }
  return `✓ Your bet “${mine}” is right${stale ? " here too" : ""}.`;
}

// --- numbers and figures -------------------------------------------------------------------------

async function ask() {
  // The newest settings win: one request at a time, and the last one is always answered.
  wanted = true;
  if (asking) return;
  asking = true;
  while (wanted) {
    wanted = false;
    const name = lesson.name;
    try {
      const answer = await numbers(name, settings);
      if (!wanted && name === lesson.name) await show(answer);
    } catch (error) {
      note(`The numbers could not be computed (${error.message}). Is dyadsim teach still running?`);
    }
  }
  asking = false;
  document.body.dataset.ready = String(Number(document.body.dataset.ready ?? 0) + 1);
}

async function show(answer) {
  result = answer;
  if (answer.notes.length) note(`Some settings were changed: ${answer.notes.join("; ")}.`);
  settings = { ...answer.settings };
  controls();
  $("command").textContent = answer.command;
  address();
  if (!revealed) return;
  $("verdict").textContent = verdict();
  $("sentence").textContent = answer.sentence;
  $("errors").textContent = standardErrors(answer.numbers);
  await figures(answer.figures);
}

function standardErrors(numbers) {
  const known = Object.entries(numbers).filter(([name, value]) => name.endsWith(".se") && value > 1e-6).slice(0, 4);
  const texts = known.map(([name, value]) => `${name.slice(0, -3)} ±${Number(value.toPrecision(2))}`);
  return texts.length ? `Standard errors due to chance: ${texts.join(", ")}.` : "";
}

async function figures(list) {
  const home = $("figures");
  const names = list.map((figure) => figure.name).join(" ");
  if (home.dataset.names !== names) {
    home.dataset.names = names;
    home.replaceChildren(...list.map((figure) => {
      const element = document.createElement("figure");
      element.id = `f-${figure.name}`;
      const caption = Object.assign(document.createElement("figcaption"), { textContent: figure.title });
      const plot = Object.assign(document.createElement("div"), { className: "plot" });
      plot.setAttribute("role", "img");
      const more = document.createElement("details");
      more.append(Object.assign(document.createElement("summary"), { textContent: "The same as a table" }));
      more.append(Object.assign(document.createElement("div"), { className: "scroll", tabIndex: 0 }));
      more.addEventListener("toggle", () => tables());
      element.append(caption, plot, more);
      return element;
    }));
  }
  for (const figure of list) {
    $(`f-${figure.name}`).querySelector("figcaption").textContent = figure.title;
    const plot = $(`f-${figure.name}`).querySelector(".plot");
    plot.setAttribute("aria-label", figure.about);
    await draw(plot, figure, size());
  }
  tables();
  document.body.dataset.drawn = String(Number(document.body.dataset.drawn ?? 0) + 1);
}

function tables() {
  for (const figure of result.figures) {
    const more = $(`f-${figure.name}`)?.querySelector("details");
    if (more?.open) more.querySelector(".scroll").replaceChildren(table(figure));
  }
}

// --- address, files ------------------------------------------------------------------------------

function address() {
  const extra = { lesson: lesson.name };
  if (document.documentElement.classList.contains("projector")) extra.projector = 1;
  if (locked) extra.lock = 1;
  if (!inFile) history.replaceState(null, "", `?${query({ ...extra, ...settings })}`);
  $("keep").href = `/export/${lesson.name}?${query(settings)}`;
}

function save(name, content, kind) {
  const link = document.createElement("a");
  link.href = content.startsWith("data:") ? content : URL.createObjectURL(new Blob([content], { type: kind }));
  link.download = name;
  link.click();
}

async function savePictures(kind) {
  const places = [...document.querySelectorAll("#figures .plot")];
  const pictures = await images(places, result.figures.map((figure) => figure.title), kind);
  pictures.forEach((data, k) => save(`dyadsim_${lesson.name}_${result.figures[k].name}.${kind}`, data));
}

// --- lessons -------------------------------------------------------------------------------------

function find(name) {
  return lessons.find((candidate) => candidate.name === name) ?? lessons[0];
}

function open(name, values = null) {
  lesson = find(name);
  for (const button of $("lessons").querySelectorAll("button")) {
    if (button.dataset.name === lesson.name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  document.title = `${lesson.title} · dyadsim`;
  $("title").textContent = lesson.title;
  $("question").textContent = lesson.question;
  $("misconception").textContent = lesson.misconception;
  $("careful").replaceChildren(...lesson.careful.map((text) =>
    Object.assign(document.createElement("li"), { textContent: text })));
  $("controls").replaceChildren(...lesson.controls.map(row));
  $("next").hidden = !lesson.controls.some((control) => control.key === "held");
  $("unit").hidden = !lesson.controls.some((control) => control.unit === "distress");
  $("presets").replaceChildren(...Object.entries(lesson.presets).map(([title, preset]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: title });
    button.addEventListener("click", () => place(from(preset)));
    return button;
  }));
  $("figures").replaceChildren();
  $("figures").dataset.names = "";
  options();
  $("wait").hidden = true;
  $("article").hidden = false;
  $("lessons").querySelector('[aria-current="page"]').scrollIntoView({ block: "nearest", inline: "center" });
  place({ ...lesson.start, ...(inFile ? fileStart : values ?? {}) });
}

function fromAddress() {
  // Values come as text; the server makes them possible and says what it changed.
  const wanted = Object.fromEntries(new URLSearchParams(location.search));
  for (const [old, key] of Object.entries(OLD_KEYS)) {
    if (old in wanted) wanted[key] ??= wanted[old];
    delete wanted[old];
  }
  const name = wanted.lesson;
  const chosen = find(name);
  document.documentElement.classList.toggle("projector", wanted.projector === "1");
  locked = wanted.lock === "1";
  for (const key of EXTRA) delete wanted[key];
  if (name && chosen.name !== name) note("There is no lesson with the name in the address; this is the first one.");
  const world = wanted.world in chosen.own ? wanted.world : chosen.start.world;
  const values = { ...chosen.start, ...(chosen.own[world] ?? {}) };
  for (const [key, value] of Object.entries(wanted)) {
    values[key] = typeof values[key] === "number" && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  return [chosen.name, name && chosen.name !== name ? {} : values];
}

function restore() {
  const [name, values] = fromAddress();
  modes();
  open(name, values);
}

function modes() {
  $("projector").setAttribute("aria-pressed", document.documentElement.classList.contains("projector"));
  $("lock").setAttribute("aria-pressed", locked);
  $("lock").textContent = locked ? "Unlock" : "Lock";
}

async function begin() {
  ({ lessons, version } = await about());
  $("version").textContent = version;
  $("lessons").replaceChildren(...lessons.map((entry) => {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: entry.title });
    button.dataset.name = entry.name;
    button.addEventListener("click", () => {
      note("");
      if (!inFile) history.pushState(null, "", location.search); // Back leads to the previous lesson
      open(entry.name);
      $("lesson").focus();
    });
    item.append(button);
    return item;
  }));
  restore();
  setTimeout(plotly, 50);
}

$("bet").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (bet === null || locked || result === null) return;
  revealed = true;
  $("bet").hidden = true;
  $("shown").hidden = false;
  $("careful-box").hidden = false;
  await show(result);
  $("verdict").focus({ preventScroll: true });
  $("result").scrollIntoView({ block: "start" });
});
$("again").addEventListener("click", () => { hide(); $("bet-options").querySelector("input").focus(); });
$("next").addEventListener("click", () => {
  const control = lesson.controls.find(({ key }) => key === "held");
  change(control, settings.held >= control.high ? control.low : settings.held + 1);
});
$("new-seed").addEventListener("click", () => {
  settings.seed = 1 + Math.floor(Math.random() * 9999);
  stale = true;
  ask();
});
$("reset").addEventListener("click", () => { note(""); place({ ...lesson.start, ...(inFile ? fileStart : {}) }); });
$("link").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(location.href);
    note("The link is copied: it opens these settings with this random seed.");
  } catch {
    note(`This link opens these settings with this random seed: ${location.href}`);
  }
});
$("projector").addEventListener("click", async () => {
  document.documentElement.classList.toggle("projector");
  modes();
  address();
  if (revealed) await figures(result.figures);
  window.dispatchEvent(new Event("resize")); // the figures have another size now
});
$("lock").addEventListener("click", () => { locked = !locked; modes(); controls(); address(); });
$("save-png").addEventListener("click", () => savePictures("png"));
$("save-svg").addEventListener("click", () => savePictures("svg"));
$("save-csv").addEventListener("click", () => save(`dyadsim_${lesson.name}.csv`, csv(result, version), "text/csv"));
$("controls").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("popstate", restore);
if (inFile) for (const id of ["keep", "link"]) $(id).hidden = true;
window.dyadsim = { settings: () => ({ ...settings }), result: () => result };
begin();
